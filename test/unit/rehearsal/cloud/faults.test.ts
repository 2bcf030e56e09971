import { type FaultRule, faults, firstOf } from '../../../../rehearsal/cloud/faults.ts'
import { seededRandom } from '../../../../rehearsal/cloud/kernel/random.ts'
import type { Call } from '../../../../rehearsal/cloud/kernel/service.ts'

const call = (more: Partial<Call> = {}, account = '123456789012'): Call => ({
  service: 'ecs',
  protocol: 'json',
  action: 'DescribeServices',
  caller: { account, region: 'us-east-1', accessKeyId: 'ASIAX', arn: 'arn:me', userId: 'me', role: 'deploy' },
  request: { method: 'POST', url: new URL('http://x/'), headers: {}, body: Buffer.alloc(0), arrived: 0 },
  ...more,
})

const expired: string[] = []
const made = (rules: readonly FaultRule[], seed = 1) =>
  faults(rules, { random: seededRandom(seed), expire: (account) => void expired.push(account) })

/** Which of `count` equal calls are struck. */
const struck = (rules: readonly FaultRule[], count: number, seed?: number) => {
  const intercept = made(rules, seed)
  return Array.from({ length: count }, (_, i) => (intercept(call()) === undefined ? undefined : i)).filter(
    (i) => i !== undefined,
  )
}

test('a rule applies to the calls that it names', () => {
  const intercept = made([{ fault: 'server-error', service: 'ecs', action: 'Describe*', role: 'deploy' }])
  expect(intercept(call())?.error).toMatchObject({ code: 'ServerException', status: 500 })
  expect(intercept(call({ action: 'UpdateService' }))).toBeUndefined()
  expect(intercept(call({ service: 'ecr' }))).toBeUndefined()
  const { caller } = call()
  expect(intercept(call({ caller: { ...caller, role: 'other' } }))).toBeUndefined()
})

test('after and times limit the matching calls', () => {
  expect(struck([{ fault: 'throttled', after: 2, times: 3 }], 10)).toEqual([2, 3, 4])
})

test('the same seed selects the same calls', () => {
  const rules: FaultRule[] = [{ fault: 'reset-before', probability: 0.3 }]
  expect(struck(rules, 200, 7)).toEqual(struck(rules, 200, 7))
  expect(struck(rules, 200, 7)).not.toEqual(struck(rules, 200, 8))
  expect(struck(rules, 200, 7).length / 200).toBeCloseTo(0.3, 0)
})

test('expired credentials stay expired for later calls', () => {
  const intercept = made([{ fault: 'expired-credentials', times: 1 }])
  expect(intercept(call({}, '222222222222'))?.error).toMatchObject({ code: 'ExpiredTokenException' })
  expect(expired).toEqual(['222222222222'])
})

test.each([
  ['throttled', 'ecs', 'json', { error: { code: 'ThrottlingException', status: 400 } }],
  ['throttled', 'elasticloadbalancing', 'query', { error: { code: 'Throttling', status: 400 } }],
  ['throttled', 's3', 'rest-xml', { error: { code: 'SlowDown', status: 503 } }],
  ['server-error', 's3', 'rest-xml', { error: { code: 'InternalError', status: 500 } }],
  ['unavailable', 'ecr', 'json', { error: { status: 503 } }],
  ['access-denied', 'ecs', 'json', { error: { code: 'AccessDeniedException', status: 400 } }],
  ['access-denied', 'sts', 'query', { error: { code: 'AccessDenied', status: 403 } }],
  ['reset-after', 'ecs', 'json', { reset: 'after' }],
  ['slow', 'ecs', 'json', { delay: 1000 }],
] as const)('%s is what %s would say', (fault, service, protocol, expected) => {
  expect(made([{ fault }])(call({ service, protocol }))).toMatchObject(expected)
})

test('the first intercept with a fault decides', () => {
  const intercept = firstOf(
    () => undefined,
    () => ({ delay: 1 }),
    () => ({ delay: 2 }),
  )
  expect(intercept(call())).toEqual({ delay: 1 })
})
