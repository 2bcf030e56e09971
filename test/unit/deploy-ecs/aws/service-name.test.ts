import {
  parseClusterName,
  parseServiceName,
  refuseOtherAccountOf,
  refuseOtherRegion,
} from '../../../../actions/deploy-ecs/src/aws/service-name.ts'
import { describeError } from '../../../../toolkit/errors.ts'

const SERVICE = 'arn:aws:ecs:eu-west-1:123456789012:service/blue/web'
const locationOf = (input: string, region = 'eu-west-1') => ({ input, region, account: '123456789012' })

const errorOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return describeError(error)
  }
  return 'none'
}

test.each([
  ['web', { cluster: 'prod', service: 'web' }],
  ['blue/web', { cluster: 'blue', service: 'web' }],
  ['Web_2-x', { cluster: 'prod', service: 'Web_2-x' }],
  [SERVICE, { cluster: 'blue', service: 'web', location: locationOf('service') }],
  [
    'arn:aws-us-gov:ecs:us-gov-west-1:123456789012:service/blue/web',
    { cluster: 'blue', service: 'web', location: locationOf('service', 'us-gov-west-1') },
  ],
  // The ARN of a service from before 2018 names no cluster.
  [
    'arn:aws:ecs:eu-west-1:123456789012:service/web',
    { cluster: 'prod', service: 'web', location: locationOf('service') },
  ],
])('the item %s of `service` names %j', (item, name) => {
  expect(parseServiceName(item, { cluster: 'prod' })).toEqual(name)
})

test('a service without a cluster has the cluster and the location of `cluster`', () => {
  const cluster = parseClusterName('arn:aws:ecs:eu-west-1:123456789012:cluster/red')
  expect(cluster).toEqual({ cluster: 'red', location: locationOf('cluster') })
  expect(parseServiceName('web', cluster)).toEqual({ cluster: 'red', service: 'web', location: locationOf('cluster') })
  expect(parseServiceName(SERVICE, cluster)).toEqual({
    cluster: 'blue',
    service: 'web',
    location: locationOf('service'),
  })
})

test.each([
  '',
  'a b',
  'a/b/c',
  '/web',
  'web/',
  'a'.repeat(256),
  'arn:aws:ecs:eu-west-1:123456789012:cluster/red',
  'web:1',
])('the item %j names no service', (item) => {
  expect(errorOf(() => parseServiceName(item, { cluster: 'prod' }, 'services'))).toContain(
    `Input \`services\` has the item \`${item}\`, which does not name a service.`,
  )
})

test.each(['', 'a/b', 'a b', SERVICE, 'arn:aws:ecs:eu-west-1:12345:cluster/red'])('%j names no cluster', (value) => {
  expect(errorOf(() => parseClusterName(value))).toContain(`is \`${value}\`, which does not name a cluster.`)
})

test('an ARN of another region is refused, as the same name there is another service', () => {
  const names = [parseServiceName('web', { cluster: 'prod' }), parseServiceName(SERVICE, { cluster: 'prod' })]
  expect(errorOf(() => refuseOtherRegion(names, 'eu-west-1'))).toBe('none')
  const error = errorOf(() => refuseOtherRegion(names, 'us-east-1'))
  expect(error).toContain('Input `service` ')
  for (const part of ['`blue/web`', 'eu-west-1', 'us-east-1', 'aws-region: eu-west-1']) expect(error).toContain(part)
})

test('an ARN of another account than that of the credentials is refused', () => {
  const name = parseServiceName(SERVICE, { cluster: 'prod' })
  const found = (account: string) => `arn:aws:ecs:eu-west-1:${account}:service/blue/web`
  expect(errorOf(() => refuseOtherAccountOf(name, found('123456789012')))).toBe('none')
  expect(errorOf(() => refuseOtherAccountOf({ cluster: 'blue', service: 'web' }, found('210987654321')))).toBe('none')
  const error = errorOf(() => refuseOtherAccountOf(name, found('210987654321')))
  for (const part of ['Input `service` ', '123456789012', '210987654321']) expect(error).toContain(part)
})
