import type { ObservedTarget } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import {
  failedCheck,
  failedChecks,
  healthCheckOf,
  readHealthChecks,
} from '../../../../actions/deploy-ecs/src/watch/health-checks.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'
import { deployment, followed, GROUP, MADE, service, target } from '../../../support/deploy-ecs/observations.ts'

const group = {
  TargetGroupArn: GROUP,
  TargetGroupName: 'web',
  HealthCheckProtocol: 'HTTP' as const,
  HealthCheckPath: '/health',
  HealthCheckPort: 'traffic-port',
  HealthCheckTimeoutSeconds: 5,
  Matcher: { HttpCode: '200-299' },
}

test.each([
  [{}, { request: 'GET /health on port 80', expects: '200-299', timeoutSeconds: 5 }],
  [{ HealthCheckPort: '8081' }, { request: 'GET /health on port 8081' }],
  [{ HealthCheckProtocol: 'HTTPS' as const }, { request: 'GET /health on port 80 (HTTPS)' }],
  [
    { Matcher: { GrpcCode: '12' }, HealthCheckPath: '/AWS.ALB/healthcheck' },
    { request: 'gRPC /AWS.ALB/healthcheck on port 80', expects: '12' },
  ],
])('reads a health check with %j', (more, check) => {
  expect(healthCheckOf({ ...group, ...more }, 80)).toMatchObject(check)
})

test('a TCP check has no path and expects no code', () => {
  const { HealthCheckPath: _, Matcher: __, ...tcp } = group
  expect(healthCheckOf({ ...tcp, HealthCheckProtocol: 'TCP' }, 80)).toEqual({
    request: 'a TCP connection to port 80',
    timeoutSeconds: 5,
  })
})

test('asks for both target groups of a service at once', async () => {
  const { aws, requests } = fakeAws({ DescribeTargetGroups: { TargetGroups: [group] } })
  const alternate = GROUP.replace('web', 'green')
  const balancer = {
    targetGroupArn: GROUP,
    alternateTargetGroupArn: alternate,
    containerName: 'app',
    containerPort: 80,
  }
  const checks = await readHealthChecks(aws, service([], { loadBalancers: [balancer] }))
  expect(requests('DescribeTargetGroups')).toEqual([{ TargetGroupArns: [GROUP, alternate] }])
  expect(checks.get('web')).toMatchObject({ request: 'GET /health on port 80' })
})

test('is empty where the role may not read them, and where there is no load balancer', async () => {
  const { aws, calls } = fakeAws({ DescribeTargetGroups: awsError('AccessDenied') })
  expect((await readHealthChecks(aws, service([]))).size).toBe(0)
  expect((await readHealthChecks(aws, service([], { loadBalancers: [] }))).size).toBe(0)
  expect(calls).toHaveLength(1)
})

const check = { request: 'GET /health on port 80', expects: '200', timeoutSeconds: 5 }

test.each([
  ['Health checks failed with these codes: [404]', 'got 404 from GET /health on port 80, and expects 200', 'got 404'],
  ['Request timed out', 'got no answer within 5 s from GET /health on port 80', 'got no answer'],
  ['Health checks failed', 'failed (GET /health on port 80)', 'failed'],
  ['', 'failed (GET /health on port 80)', 'failed'],
  ['Connection refused', 'failed (GET /health on port 80): Connection refused', 'failed: Connection refused'],
])('%j says what was asked, what came and what is expected', (reason, known, unknown) => {
  expect(failedCheck('web', reason, check).text).toBe(`the health check of target group web ${known}`)
  expect(failedCheck('web', reason).text).toBe(`the health check of target group web ${unknown}`)
})

test('takes the newest answer of each target group: of a target now, else of the events', () => {
  const event = (at: number, name: string, code: number) => ({
    id: `${at}`,
    at: MADE + at,
    message: `(service web) (task abc) (port 80) is unhealthy in (target-group ${GROUP.replace('web', name)}) due to (reason Health checks failed with these codes: [${code}])`,
  })
  const events = [event(2, 'web', 502), event(1, 'web', 404), event(1, 'api', 500), event(-1, 'old', 500)]
  const look = { at: 0, service: service([deployment()], { events }) }
  const codes = (latest: object) =>
    failedChecks(followed, { ...look, ...latest }, new Map()).map(({ targetGroup, codes }) => [targetGroup, codes])
  expect(codes({})).toEqual([
    ['web', '502'],
    ['api', '500'],
  ])
  const now = { state: 'unhealthy', description: 'Health checks failed with these codes: [503]' }
  expect(codes({ targets: [target('1', now), target('2', { state: 'initial' })] })).toEqual([
    ['web', '503'],
    ['api', '500'],
  ])
})

describe('a target that has recovered', () => {
  const unhealthy = (who: string) => ({
    ...{ id: who, at: MADE + 1 },
    message: `(service web) (${who}) (port 32768) is unhealthy in (target-group ${GROUP}) due to (reason Request timed out)`,
  })
  const failing = (who: string, targets?: readonly ObservedTarget[]) => {
    const look = { at: 0, service: service([deployment()], { events: [unhealthy(who)] }) }
    return failedChecks(followed, { ...look, ...(targets === undefined ? {} : { targets }) }, new Map()).length
  }
  const [own] = [target('1')]
  const id = own.taskArn.split('/').at(-1)

  test('counts no more, whether its event names the task or the instance and port', () => {
    expect(failing(`task ${id}`, [own])).toBe(0)
    expect(failing('instance i-1', [{ ...own, target: 'i-1:32768' }])).toBe(0)
  })

  test.each<[string, string, readonly ObservedTarget[] | undefined]>([
    ['is not healthy yet', `task ${id}`, [{ ...own, state: 'initial' }]],
    ['has gone with its task', `task ${id}`, []],
    ['is another one', 'task other', [own]],
    ['is another port of the instance', 'instance i-1', [{ ...own, target: 'i-1:32769' }]],
    ['is healthy in another group', `task ${id}`, [{ ...own, targetGroupArn: GROUP.replace('web', 'api') }]],
    ['was not looked at', `task ${id}`, undefined],
  ])('counts where it %s', (_, who, targets) => {
    expect(failing(who, targets)).toBe(1)
  })
})
