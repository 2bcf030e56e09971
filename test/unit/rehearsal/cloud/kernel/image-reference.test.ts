import { ecrScopeOf, isInEcr, parseImage } from '../../../../../rehearsal/cloud/kernel/image-reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['web', { host: '', repository: 'web' }],
  ['library/web:v1', { host: '', repository: 'library/web', tag: 'v1' }],
  ['127.0.0.1:5000/team/web:v1', { host: '127.0.0.1:5000', repository: '127.0.0.1:5000/team/web', tag: 'v1' }],
  ['127.0.0.1:5000/team/web', { host: '127.0.0.1:5000', repository: '127.0.0.1:5000/team/web' }],
  ['localhost/web', { host: 'localhost', repository: 'localhost/web' }],
  [`ghcr.io/a/b:v1@${digest}`, { host: 'ghcr.io', repository: 'ghcr.io/a/b', tag: 'v1', digest }],
])('parses %s', (image, expected) => {
  expect(parseImage(image)).toEqual({ tag: undefined, digest: undefined, ...expected })
})

test.each([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/web', true],
  ['123456789012.dkr-ecr.eu-west-1.on.aws/web', true],
  ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/web', true],
  ['public.ecr.aws/nginx/nginx', false],
  ['web', false],
])('%s is in ECR: %s', (image, expected) => {
  expect(isInEcr(image)).toBe(expected)
})

test.each([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', { account: '123456789012', region: 'eu-west-1' }],
  ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', { account: '123456789012', region: 'us-gov-west-1' }],
  ['123456789012.dkr-ecr.eu-west-1.on.aws', { account: '123456789012', region: 'eu-west-1' }],
  ['127.0.0.1:5000', undefined],
  ['', undefined],
])('the registry %p is of %j', (host, scope) => {
  expect(ecrScopeOf(host)).toEqual(scope)
})
