import { ManualClock } from '../../../../rehearsal/cloud/kernel/clock.ts'
import type { Call } from '../../../../rehearsal/cloud/kernel/service.ts'
import { throttling } from '../../../../rehearsal/cloud/throttling.ts'

const call = (action: string, account = '123456789012', service = 'ecs'): Call => ({
  service,
  protocol: 'json',
  action,
  caller: { account, region: 'us-east-1', accessKeyId: '', arn: '', userId: '', role: undefined },
  request: { method: 'POST', url: new URL('http://x/'), headers: {}, body: Buffer.alloc(0), arrived: 0 },
})

const clock = new ManualClock()

/** How many of `count` calls at once get through. */
const passed = (intercept: ReturnType<typeof throttling>, count: number, action: string, account?: string) =>
  Array.from({ length: count }, () => intercept(call(action, account))).filter((fault) => fault === undefined).length

test.each([
  ['RegisterTaskDefinition', 20, 1],
  ['UpdateService', 50, 5],
  ['DescribeServices', 100, 20],
  ['DescribeServiceDeployments', 50, 20],
  ['RunTask', 100, 40],
])('%s: %i at once, then %i each second', async (action, burst, perSecond) => {
  const intercept = throttling(clock)
  expect(passed(intercept, 200, action)).toBe(burst)
  await clock.advance(2000)
  expect(passed(intercept, 200, action)).toBe(2 * perSecond)
  await clock.advance(3_600_000)
  expect(passed(intercept, 200, action)).toBe(burst)
})

test('ListTasks and DescribeTasks draw from one bucket', () => {
  const intercept = throttling(clock)
  expect(passed(intercept, 60, 'ListTasks') + passed(intercept, 60, 'DescribeTasks')).toBe(100)
})

test('each account has its own bucket, and calls without a documented rate pass', () => {
  const intercept = throttling(clock)
  expect(passed(intercept, 60, 'UpdateService', '111111111111')).toBe(50)
  expect(passed(intercept, 60, 'UpdateService', '222222222222')).toBe(50)
  expect(passed(intercept, 500, 'CreateCluster')).toBe(500)
})

test('the error is one that SDKs retry', () => {
  const intercept = throttling(clock, [{ service: 'ecs', actions: /./, burst: 0, perSecond: 0 }])
  expect(intercept(call('DescribeServices'))?.error).toMatchObject({ code: 'ThrottlingException', status: 400 })
})
