import { targetGroup, type World, world } from '../world.ts'

let it: World
beforeEach(() => {
  it = world()
})

test('registers private addresses as targets, and refuses all others', async () => {
  const TargetGroupArn = await targetGroup(it, 'web')
  expect((await it.refusal('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '8.8.8.8' }] })).code).toBe(
    'InvalidTarget',
  )
  expect((await it.refusal('RegisterTargets', { TargetGroupArn, Targets: [{ Id: 'host' }] })).code).toBe(
    'ValidationError',
  )
  await it.call('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }, { Id: '10.0.0.1', Port: 81 }] })
  const ports = async () =>
    (await it.call('DescribeTargetHealth', { TargetGroupArn })).TargetHealthDescriptions.map(
      (one: { Target: { Port: number } }) => one.Target.Port,
    )
  expect(await ports()).toEqual([8080, 81])
  await it.call('DeregisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] })
  expect(await ports()).toEqual([])
})
