import { type World, world } from '../world.ts'

let it: World
beforeEach(() => {
  it = world()
})

test('answers with the quotas of an account', async () => {
  const { Limits } = await it.call('DescribeAccountLimits')
  expect(Limits).toContainEqual({ Name: 'application-load-balancers', Max: '50' })
})
