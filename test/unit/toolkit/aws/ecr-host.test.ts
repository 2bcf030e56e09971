import { ECRClient } from '@aws-sdk/client-ecr'
import { isEcrPublicHost, parseEcrHost } from '../../../../toolkit/aws/ecr-host.ts'

test.each([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'eu-west-1'],
  ['123456789012.dkr.ecr.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
  ['123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov', 'us-iso-east-1'],
  ['123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov', 'us-isob-east-1'],
  ['123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk', 'eu-isoe-west-1'],
  ['123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov', 'us-isof-south-1'],
  ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', 'us-east-1'],
  ['123456789012.dkr-ecr.eu-west-1.on.aws', 'eu-west-1'],
  ['123456789012.dkr-ecr-fips.us-east-2.on.aws', 'us-east-2'],
  ['123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn', 'cn-north-1'],
  ['123456789012.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu', 'eusc-de-east-1'],
  ['123456789012.DKR.ECR.EU-WEST-1.AMAZONAWS.COM', 'eu-west-1'],
])('%s is a private registry in %s', (host, region) => {
  expect(parseEcrHost(host)).toEqual({ account: '123456789012', region })
  expect(isEcrPublicHost(host)).toBe(false)
})

test.each([
  'public.ecr.aws',
  'ecr-public.aws.com',
  'docker.io',
  'localhost:5000',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com:443',
  '12345678901.dkr.ecr.eu-west-1.amazonaws.com',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com.example.com',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com\n',
  '123456789012.dkr.ecr.eu-west-1.notc2s.ic.gov',
  '123456789012.dkr.ecr.eu-west-1.amazonawsxcom',
  '123456789012.dkr.ecr..amazonaws.com',
  'api.ecr.eu-west-1.amazonaws.com',
  'a.123456789012.dkr.ecr.eu-west-1.amazonaws.com',
])('%j is no private registry', (host) => {
  expect(parseEcrHost(host)).toBeUndefined()
})

test.each([
  ['public.ecr.aws', true],
  ['ecr-public.aws.com', true],
  ['public.ecr.aws.example.com', false],
  ['docker.io', false],
])('%s is the public gallery: %s', (host, expected) => {
  expect(isEcrPublicHost(host)).toBe(expected)
})

// A region of each partition.
test.each([
  'eu-west-1',
  'cn-north-1',
  'us-gov-west-1',
  'eusc-de-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
])('the domains of the partition of %s are those of the SDK', (region) => {
  const { endpointProvider } = new ECRClient({ region }).config
  const [ipv4, dualStack] = [false, true].map(
    (UseDualStack) => endpointProvider({ Region: region, UseDualStack }).url.host,
  )
  const ipv4Domain = ipv4?.replace(`api.ecr.${region}.`, '')
  expect(parseEcrHost(`123456789012.dkr.ecr.${region}.${ipv4Domain}`)).toMatchObject({ region })
  const dualStackDomain = dualStack?.replace(`ecr.${region}.api.`, 'on.')
  expect(parseEcrHost(`123456789012.dkr-ecr.${region}.${dualStackDomain}`)).toMatchObject({ region })
})
