import { scalableTargetOperations } from '../../../../../rehearsal/cloud/autoscaling/scalable-targets.ts'
import type { Caller } from '../../../../../rehearsal/cloud/kernel/call.ts'
import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'

const caller = { account: '123456789012', region: 'eu-west-1' } as Caller
const WEB = {
  ...{ ServiceNamespace: 'ecs', ResourceId: 'service/prod/web' },
  ScalableDimension: 'ecs:service:DesiredCount',
}
const start = () => {
  const hasService = (_: object, cluster: string, service: string) => `${cluster}/${service}` === 'prod/web'
  const operations = scalableTargetOperations({ clock: new ManualClock(), hasService })
  return (name: string, input: object, as = caller) => operations[name]?.({ ...input }, as)
}

test('describes a target that was registered, in its own account and region', () => {
  const call = start()
  call('RegisterScalableTarget', { ...WEB, MinCapacity: 2, MaxCapacity: 30, Tags: { team: 'shop' } })
  const described = { ScalableTargets: [expect.objectContaining({ ...WEB, MinCapacity: 2, MaxCapacity: 30 })] }
  const { ServiceNamespace } = WEB
  expect(call('DescribeScalableTargets', { ServiceNamespace })).toEqual(described)
  expect(call('DescribeScalableTargets', { ServiceNamespace, ResourceIds: ['service/prod/web'] })).toEqual(described)
  const none = { ScalableTargets: [] }
  expect(call('DescribeScalableTargets', { ServiceNamespace, ResourceIds: ['service/prod/api'] })).toEqual(none)
  expect(call('DescribeScalableTargets', { ServiceNamespace: 'dynamodb' })).toEqual(none)
  expect(call('DescribeScalableTargets', { ServiceNamespace }, { ...caller, region: 'us-east-1' })).toEqual(none)
})

test('changes one that is registered again, and keeps what is not given', () => {
  const call = start()
  const first = call('RegisterScalableTarget', { ...WEB, MinCapacity: 2, MaxCapacity: 30, Tags: { team: 'shop' } })
  expect(call('RegisterScalableTarget', { ...WEB, MaxCapacity: 10 })).toEqual(first)
  expect(call('DescribeScalableTargets', WEB)).toMatchObject({ ScalableTargets: [{ MinCapacity: 2, MaxCapacity: 10 }] })
  const { ScalableTargetARN: ResourceARN } = first as unknown as { ScalableTargetARN: string }
  expect(call('ListTagsForResource', { ResourceARN })).toEqual({ Tags: { team: 'shop' } })
})

test('forgets one that was deregistered', () => {
  const call = start()
  call('RegisterScalableTarget', { ...WEB, MinCapacity: 2, MaxCapacity: 30 })
  call('DeregisterScalableTarget', WEB)
  expect(call('DescribeScalableTargets', WEB)).toEqual({ ScalableTargets: [] })
  expect(() => call('DeregisterScalableTarget', WEB)).toThrow('No scalable target found for service namespace: ecs')
})

test.each([
  [{ ...WEB, ResourceId: 'service/prod/api', MinCapacity: 1, MaxCapacity: 2 }, "ECS service doesn't exist: service/"],
  [{ ...WEB, MinCapacity: 1 }, 'Both MinCapacity and MaxCapacity are required'],
  [{ ...WEB, MinCapacity: 3, MaxCapacity: 2 }, 'Maximum capacity cannot be less than minimum capacity'],
])('refuses %j', (input, message) => {
  expect(() => start()('RegisterScalableTarget', input)).toThrow(message)
})
