import { stack, type World, world } from '../world.ts'

let it: World
beforeEach(() => {
  it = world()
})

test('adds, changes, reads and removes tags of each kind of resource', async () => {
  const { loadBalancerArn, listenerArn, targetGroupArn } = await stack(it)
  const rule = (await it.call('DescribeRules', { ListenerArn: listenerArn })).Rules[0].RuleArn
  const ResourceArns = [loadBalancerArn, listenerArn, targetGroupArn, rule]
  await it.call('AddTags', {
    ResourceArns,
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '' },
    ],
  })
  await it.call('AddTags', { ResourceArns, Tags: [{ Key: 'a', Value: '2' }] })
  await it.call('RemoveTags', { ResourceArns: [rule], TagKeys: ['b'] })
  const { TagDescriptions } = await it.call('DescribeTags', { ResourceArns })
  expect(TagDescriptions[0].Tags).toEqual([
    { Key: 'a', Value: '2' },
    { Key: 'b', Value: '' },
  ])
  expect(TagDescriptions[3].Tags).toEqual([{ Key: 'a', Value: '2' }])
  expect(
    (
      await it.refusal('AddTags', {
        ResourceArns,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      })
    ).code,
  ).toBe('DuplicateTagKeys')
  const many = Array.from({ length: 49 }, (_, i) => ({ Key: `k${i}`, Value: '' }))
  expect((await it.refusal('AddTags', { ResourceArns, Tags: many })).code).toBe('TooManyTags')
})
