import {
  describeServices,
  readService,
  requireService,
  tryServices,
} from '../../../../actions/deploy-ecs/src/aws/services.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { awsError, fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

const name = (service: string, cluster = 'prod') => ({ cluster, service })
const arn = (service: string) => `arn:aws:ecs:eu-west-1:123456789012:service/prod/${service}`

/** ECS that has these services ACTIVE, in every cluster. */
const ecsWith = (...present: readonly string[]) =>
  fakeAws({
    DescribeServices: ({ services }: Input) => ({
      services: (services as readonly string[])
        .filter((service) => present.includes(service))
        .map((serviceName) => ({ serviceName, serviceArn: arn(serviceName), status: 'ACTIVE' })),
    }),
  })

describe('describeServices', () => {
  test('asks for ten services of one cluster at a time, which is what AWS takes', async () => {
    const many = Array.from({ length: 11 }, (_, index) => name(`web${index}`))
    const { aws, requests } = ecsWith('web0', 'web10', 'api')
    const found = await describeServices(aws, [...many, name('api', 'blue')])
    expect(requests('DescribeServices')).toEqual([
      { cluster: 'prod', services: many.slice(0, 10).map(({ service }) => service) },
      { cluster: 'prod', services: ['web10'] },
      { cluster: 'blue', services: ['api'] },
    ])
    expect([...found.keys()]).toEqual(['prod/web0', 'prod/web10', 'blue/api'])
  })

  test('names the input where the cluster does not exist', async () => {
    const { aws } = fakeAws({ DescribeServices: awsError('ClusterNotFoundException', 'Cluster not found.') })
    await expect(describeServices(aws, [name('web')])).rejects.toThrow(
      'Input `cluster` names `prod`, which does not exist',
    )
  })
})

test('tryServices reads the other services where one may not be read', async () => {
  const denied = awsError('AccessDeniedException')
  const { aws } = fakeAws({
    DescribeServices: ({ services }: Input) => {
      if ((services as readonly string[]).includes('api')) throw denied
      return { services: [{ serviceName: 'web' }] }
    },
  })
  const { found, failed } = await tryServices(aws, [name('web'), name('api')])
  expect([...found.keys()]).toEqual(['prod/web'])
  expect([...failed.keys()]).toEqual(['prod/api'])
  expect(failed.get('prod/api')).toMatchObject({ cause: denied })
})

describe('a service that is required', () => {
  const statusOf = (status?: string) => () =>
    requireService(new Map(status === undefined ? [] : [['prod/web', { status, serviceArn: arn('web') }]]), name('web'))

  test('is returned when it is ACTIVE', () => {
    expect(statusOf('ACTIVE')()).toMatchObject({ status: 'ACTIVE' })
  })

  test.each([
    [undefined, 'Input `service` names `web`, which does not exist in cluster `prod`.'],
    // ECS shows a service that was deleted as INACTIVE for a while.
    ['INACTIVE', 'Input `service` names `web`, which does not exist in cluster `prod`.'],
    ['DRAINING', 'Service `prod/web` is DRAINING: it is being deleted.'],
  ])('is refused when it is %s', (status, message) => {
    expect(statusOf(status)).toThrow(message)
  })

  test('is refused when it is in another account than its ARN says', () => {
    const location = { input: 'service', region: 'eu-west-1', account: '210987654321' }
    const services = new Map([['prod/web', { status: 'ACTIVE', serviceArn: arn('web') }]])
    expect(() => requireService(services, { ...name('web'), location })).toThrow('is in account 210987654321')
  })
})

test('readService reads one service', async () => {
  const { aws } = ecsWith('web')
  await expect(readService(aws, name('web'))).resolves.toMatchObject({ serviceName: 'web' })
  await expect(readService(aws, name('gone')).catch(describeError)).resolves.toContain(
    'names `gone`, which does not exist',
  )
})
