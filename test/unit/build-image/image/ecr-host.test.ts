import { isEcrPublic, parseEcrHost } from '../../../../actions/build-image/src/image/ecr-host.ts'

test.each([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', { account: '123456789012', region: 'eu-west-1' }],
  ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', { account: '123456789012', region: 'us-gov-west-1' }],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', { account: '123456789012', region: 'cn-north-1' }],
  ['123456789012.dkr-ecr.us-west-2.on.aws', { account: '123456789012', region: 'us-west-2' }],
  ['12345678901.dkr.ecr.eu-west-1.amazonaws.com', undefined],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example', undefined],
  ['ghcr.io', undefined],
])('%s is ECR: %j', (host, registry) => {
  expect(parseEcrHost(host)).toEqual(registry)
  expect(isEcrPublic(host)).toBe(false)
})
