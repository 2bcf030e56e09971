import {
  formatReference,
  parseReference,
  parseRepository,
} from '../../../../actions/build-image/src/image/image-reference.ts'

const DIGEST = `sha256:${'0a'.repeat(32)}`

test.each([
  ['alpine', 'docker.io/library/alpine'],
  ['acme/web:v1', 'docker.io/acme/web:v1'],
  ['index.docker.io/acme/web', 'docker.io/acme/web'],
  ['localhost/web:v1', 'localhost/web:v1'],
  ['127.0.0.1:5000/a/b__c/d-e.f:V_1.2-x', '127.0.0.1:5000/a/b__c/d-e.f:V_1.2-x'],
  [
    `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@${DIGEST}`,
    `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@${DIGEST}`,
  ],
  [`ghcr.io/acme/web:v1@${DIGEST}`, `ghcr.io/acme/web:v1@${DIGEST}`],
])('%s is %s', (text, written) => {
  expect(formatReference(parseReference(text, 'tags'))).toBe(written)
})

test.each([
  ['https://ghcr.io/acme/web', 'begins with `https://`', 'Leave the scheme out: `ghcr.io/acme/web`.'],
  ['ghcr.io/Acme/web', 'repository name `Acme/web` is malformed', 'Repository names are lower case: `acme/web`.'],
  ['ghcr.io/acme//web', 'repository name `acme//web` is malformed', 'parts separated by `/`'],
  ['ghcr.io/acme/web:', 'has the tag ``, which is malformed', 'A tag is up to 128'],
  ['ghcr.io/acme/web:a+b', 'has the tag `a+b`, which is malformed', '`a-b`'],
  ['ghcr.io/acme/web@sha256:12', 'digest is malformed', '64 hexadecimal digits'],
  ['bad_host.io:x/web', 'registry `bad_host.io:x` is not a host name', 'host[:port]/name'],
  ['', 'repository name `` is malformed', 'lower-case'],
  [`ghcr.io/${'a'.repeat(256)}`, 'is malformed', 'lower-case'],
])('%s is refused, and told why', (text, problem, hint) => {
  expect(() => parseReference(text, 'tags')).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(problem),
      hint: expect.stringContaining(hint),
      input: 'tags',
    }),
  )
})

test('what is a host is Docker’s rule', () => {
  expect(parseRepository('acme/web', 'images')).toEqual({ host: 'docker.io', path: 'acme/web' })
  expect(parseRepository('acme.io/web', 'images')).toEqual({ host: 'acme.io', path: 'web' })
})
