import { planCounts, readScaling } from '../../../../actions/deploy-ecs/src/prepare/autoscaling.ts'
import { type Answer, awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const name = (service: string) => ({ cluster: 'prod', service })
const target = (service: string) => ({ ResourceId: `service/prod/${service}`, MinCapacity: 2, MaxCapacity: 30 })

function plan(serviceChanges: object, answer: Answer, services: readonly string[] = ['web']) {
  const fake = fakeAws({ DescribeScalableTargets: answer })
  const { log, lines } = fakeLog()
  const context = { aws: fake.aws, region: 'eu-west-1', log, inputs: { serviceChanges } } as never
  const found = services.map((service) => ({ name: name(service), before: { desiredCount: 20 } }))
  return { ...fake, lines, bounds: planCounts(context, found) }
}

test('asks for the scalable targets of all services with one call, and each of its pages', async () => {
  const pages: Answer = ({ NextToken }) =>
    NextToken === 'two' ? { ScalableTargets: [target('web')] } : { ScalableTargets: [], NextToken: 'two' }
  const { bounds, calls, lines } = plan({ desiredCount: 4 }, pages, ['web', 'api'])
  expect(await bounds).toEqual(new Map([['prod/web', { min: 2, max: 30 }]]))
  expect(calls[0]).toEqual({
    operation: 'DescribeScalableTargets',
    region: 'eu-west-1',
    input: {
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceIds: ['service/prod/web', 'service/prod/api'],
    },
  })
  expect(calls).toHaveLength(2)
  expect(lines).toEqual([
    expect.stringMatching(/^info: Service `prod\/web` keeps its 20 tasks: Application Auto Scaling/),
    expect.stringMatching(/^warning: `desired-count` lowers service `prod\/api` from 20 to 4 tasks\. .* does not set/),
  ])
})

test('asks for 50 services at once', async () => {
  const services = Array.from({ length: 51 }, (_, index) => `web-${index}`)
  const { bounds, requests } = plan({ desiredCount: 20 }, {}, services)
  await bounds
  expect(requests('DescribeScalableTargets').map(({ ResourceIds }) => (ResourceIds as string[]).length)).toEqual([
    50, 1,
  ])
})

test.each([
  ['AccessDeniedException', 'the credentials may not call `application-autoscaling:DescribeScalableTargets`'],
  [
    'InternalServiceException',
    '`application-autoscaling:DescribeScalableTargets` failed with InternalServiceException',
  ],
])('%s is a warning where the count is lowered', async (code, why) => {
  const { bounds, lines } = plan({ desiredCount: 4 }, awsError(code))
  expect(await bounds).toEqual(new Map())
  expect(lines).toEqual([expect.stringContaining('warning: `desired-count` lowers service `prod/web` from 20 to 4')])
  expect(lines[0]).toContain(`is not known (${why})`)
  expect(plan({ desiredCount: 21 }, awsError(code)).lines).toEqual([])
})

test('expired credentials are an error', async () => {
  await expect(plan({ desiredCount: 4 }, awsError('ExpiredTokenException')).bounds).rejects.toThrow(
    'ExpiredTokenException',
  )
})

test.each([{}, { desiredCount: 0 }, { desiredCount: 4, scaleIn: false }, { desiredCount: 4, scaleIn: true }])(
  'asks for nothing with %j',
  async (serviceChanges) => {
    const { bounds, calls } = plan(serviceChanges, {})
    expect(await bounds).toEqual(new Map())
    expect(calls).toEqual([])
  },
)

test('reads without a word', async () => {
  const { aws } = fakeAws({ DescribeScalableTargets: { ScalableTargets: [target('web')] } })
  const context = { aws, region: 'eu-west-1', inputs: { serviceChanges: { desiredCount: 4 } } } as never
  expect(await readScaling(context, [name('web')])).toEqual({ bounds: new Map([['prod/web', { min: 2, max: 30 }]]) })
})
