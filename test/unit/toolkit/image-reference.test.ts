import { InputError } from '../../../toolkit/errors.ts'
import {
  checkTag,
  DOCKER_HUB,
  formatReference,
  formatRepository,
  isDigest,
  parseReference,
  parseRepository,
  requireReference,
  requireRepository,
} from '../../../toolkit/image-reference.ts'

const DIGEST = `sha256:${'0a'.repeat(32)}`
const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'

/** Text, host, path, tag, digest. */
const REFERENCES: readonly [string, string, string, (string | undefined)?, string?][] = [
  ['alpine', DOCKER_HUB, 'library/alpine'],
  ['alpine:3.22', 'docker.io', 'library/alpine', '3.22'],
  [`alpine@${DIGEST}`, 'docker.io', 'library/alpine', undefined, DIGEST],
  [`alpine:3.22@${DIGEST}`, 'docker.io', 'library/alpine', '3.22', DIGEST],
  ['docker.io/alpine', 'docker.io', 'library/alpine'],
  ['docker.io/library/alpine', 'docker.io', 'library/alpine'],
  ['index.docker.io/acme/web', 'docker.io', 'acme/web'],
  ['registry-1.docker.io/acme/web', 'docker.io', 'acme/web'],
  ['acme/web:v1', 'docker.io', 'acme/web', 'v1'],
  ['a/b/c/d', 'docker.io', 'a/b/c/d'],
  ['localhost/web:v1', 'localhost', 'web', 'v1'],
  ['localhost', 'docker.io', 'library/localhost'],
  ['localhost:5000', 'docker.io', 'library/localhost', '5000'],
  ['localhost:5000/web', 'localhost:5000', 'web'],
  ['test.com:tag', 'docker.io', 'library/test.com', 'tag'],
  ['test.com/repo:tag', 'test.com', 'repo', 'tag'],
  ['registry:5000/web', 'registry:5000', 'web'],
  ['REGISTRY/web', 'REGISTRY', 'web'],
  ['Registry.Example.com/web', 'Registry.Example.com', 'web'],
  ['127.0.0.1:5000/a/b__c/d-e.f:V_1.2-x', '127.0.0.1:5000', 'a/b__c/d-e.f', 'V_1.2-x'],
  ['[::1]:5000/web', '[::1]:5000', 'web'],
  [`[2001:db8::1]/web:v1@${DIGEST}`, '[2001:db8::1]', 'web', 'v1', DIGEST],
  ['xn--n3h.com/myimage:xn--n3h.com', 'xn--n3h.com', 'myimage', 'xn--n3h.com'],
  ['ghcr.io/acme/a---b', 'ghcr.io', 'acme/a---b'],
  [`${ECR}/team/web@${DIGEST}`, ECR, 'team/web', undefined, DIGEST],
  [
    '123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/web:1',
    '123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu',
    'web',
    '1',
  ],
  ['web:_', 'docker.io', 'library/web', '_'],
  [`web:${'a'.repeat(128)}`, 'docker.io', 'library/web', 'a'.repeat(128)],
  [`example.com/${'a'.repeat(255)}`, 'example.com', 'a'.repeat(255)],
  [`example.com/${'a'.repeat(64)}`, 'example.com', 'a'.repeat(64)],
]

test.each(
  REFERENCES.map(([text, host, path, tag, digest]) => [text, { repository: { host, path }, tag, digest }] as const),
)('%s', (text, reference) => {
  expect(parseReference(text)).toEqual({ kind: 'reference', ...reference })
  expect(requireReference(text, 'image')).toEqual(reference)
  // What is written in full is read as the same again.
  expect(requireReference(formatReference(reference), 'image')).toEqual(reference)
})

test.each<[string, string, string]>([
  ['', 'repository name `` is malformed', 'lower-case'],
  ['https://ghcr.io/acme/web', 'begins with `https://`', 'Leave the scheme out: `ghcr.io/acme/web`.'],
  ['docker://alpine', 'begins with `docker://`', 'Leave the scheme out: `alpine`.'],
  ['WEB', 'repository name `library/WEB` is malformed', 'Repository names are lower case: `library/web`.'],
  ['ghcr.io/Acme/web', 'repository name `Acme/web` is malformed', 'Repository names are lower case: `acme/web`.'],
  ['ghcr.io/acme//web', 'repository name `acme//web` is malformed', 'parts separated by `/`'],
  ['ghcr.io/', 'repository name `` is malformed', 'parts separated by `/`'],
  ['/web', 'repository name `/web` is malformed', 'parts separated by `/`'],
  ['ghcr.io/acme/web/', 'repository name `acme/web/` is malformed', 'parts separated by `/`'],
  ['a..b', 'repository name `library/a..b` is malformed', 'lower-case'],
  ['a___b', 'repository name `library/a___b` is malformed', 'lower-case'],
  ['-web', 'repository name `library/-web` is malformed', 'lower-case'],
  ['a b', 'repository name `library/a b` is malformed', 'lower-case'],
  ['web:1:2', 'repository name `library/web:1` is malformed', 'lower-case'],
  [':v1', 'repository name `` is malformed', 'lower-case'],
  [`@${DIGEST}`, 'repository name `` is malformed', 'lower-case'],
  ['ghcr.io/acme/web:', 'has the tag ``, which is malformed', 'A tag is up to 128'],
  ['ghcr.io/acme/web:a+b', 'has the tag `a+b`, which is malformed', '`a-b`'],
  ['ghcr.io/acme/web:.a', 'has the tag `.a`, which is malformed', '`a`'],
  [`web:${'a'.repeat(129)}`, 'which is malformed', `\`${'a'.repeat(128)}\``],
  ['alpine:3.22\n', 'has the tag `3.22\n`, which is malformed', 'A tag is up to 128'],
  ['alpine\n', 'is malformed', 'lower-case'],
  ['web@', 'digest is malformed', '64 hexadecimal digits'],
  ['web@sha256:12', 'digest is malformed', '64 hexadecimal digits'],
  [`web@${DIGEST.toUpperCase()}`, 'digest is malformed', '64 hexadecimal digits'],
  [`web@sha512:${'0a'.repeat(64)}`, 'digest is malformed', '`@sha256:` and 64'],
  [`web@${DIGEST}@${DIGEST}`, 'digest is malformed', '64 hexadecimal digits'],
  [`web@${DIGEST}\n`, 'digest is malformed', '64 hexadecimal digits'],
  ['bad_host.io:x/web', 'registry `bad_host.io:x` is not a host name', 'host[:port]/name'],
  ['foo_bar:5000/web', 'registry `foo_bar:5000` is not a host name', 'host[:port]/name'],
  ['-a.io/web', 'registry `-a.io` is not a host name', 'host[:port]/name'],
  ['ghcr.io:99999/web', 'registry `ghcr.io:99999` is not a host name', 'host[:port]/name'],
  ['[::::]/web', 'registry `[::::]` is not a host name', 'host[:port]/name'],
  ['[fe80::1%eth0]:5000/web', 'registry `[fe80::1%eth0]:5000` is not a host name', 'host[:port]/name'],
  ['[2001:db8::1]', 'is malformed', 'lower-case'],
  ['user:secret@ghcr.io/acme/web', 'digest is malformed', '64 hexadecimal digits'],
  [`ghcr.io/${'a'.repeat(256)}`, 'is malformed', 'at most 255 characters, and this one 256'],
  [`${'a'.repeat(250)}`, 'is malformed', 'at most 255 characters, and this one 258'],
  ['0a'.repeat(32), 'which is the id of an image', 'by its repository'],
])('%j is refused, with what is wrong and what to write', (text, problem, hint) => {
  expect(parseReference(text)).toEqual({
    kind: 'malformed',
    problem: expect.stringContaining(problem),
    hint: expect.stringContaining(hint),
  })
  expect(() => requireReference(text, 'tags')).toThrow(InputError)
  expect(() => requireReference(text, 'tags')).toThrow(
    expect.objectContaining({ message: expect.stringContaining(problem), input: 'tags' }),
  )
})

test.each([
  ['acme/web', 'docker.io/acme/web'],
  ['acme.io/web', 'acme.io/web'],
  ['web', 'docker.io/library/web'],
  ['[::1]:5000/web', '[::1]:5000/web'],
])('the repository %s is %s', (text, written) => {
  expect(formatRepository(requireRepository(text, 'images'))).toBe(written)
})

test.each(['web:1', `web@${DIGEST}`, 'ghcr.io/acme/web:v1'])('%s is no repository', (text) => {
  expect(parseRepository(text)).toMatchObject({ kind: 'malformed' })
  expect(() => requireRepository(text, 'images')).toThrow('Input `images` has')
})

test('a tag alone is checked by the same rule', () => {
  expect(() => checkTag('v1.2', 'tags')).not.toThrow()
  expect(() => checkTag('a/b', 'tags')).toThrow('Input `tags` has the tag `a/b`, which is malformed.')
})

test.each([
  [DIGEST, true],
  ['sha256:12', false],
  [`sha512:${'0a'.repeat(64)}`, false],
])('%s is a digest: %s', (text, expected) => {
  expect(isDigest(text)).toBe(expected)
})
