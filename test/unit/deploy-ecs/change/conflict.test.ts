import { findConflicts } from '../../../../actions/deploy-ecs/src/change/conflict.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const service = (id: string, taskDefinition: string, createdAt: number) => ({
  ...{ serviceName: 'web', taskDefinition },
  deployments: [{ id, status: 'PRIMARY', taskDefinition, createdAt: new Date(createdAt) }],
})
const before = service('ecs-svc/1', 'web:1', 100)
const plan = { name: { cluster: 'prod', service: 'web' }, before } as unknown as ServicePlan
const find = async (...services: readonly object[]) =>
  (await findConflicts(fakeAws({ DescribeServices: { services } }).aws, [plan]))[0]

test('reports a deployment that was started since, with the service as it is now', async () => {
  const now = service('ecs-svc/2', 'web:7', 200)
  const check = await find(now)
  expect(check?.conflict).toMatch(/`prod\/web`.*ecs-svc\/2.*web:7.*web:1/)
  expect(check?.plan).toEqual({ ...plan, before: now })
})

test('takes the count that autoscaling has set since', async () => {
  const now = { ...before, desiredCount: 20 }
  expect(await find(now)).toEqual({ plan: { ...plan, before: now } })
})

test.each([
  ['the same deployment', [before]],
  // The answer of a replica that lags.
  ['an older deployment', [service('ecs-svc/0', 'web:0', 50)]],
  ['a service that is not shown', []],
  ['a service without deployments', [{ serviceName: 'web', deployments: [] }]],
])('%s is no conflict', async (_, services) => {
  expect(await find(...services)).toEqual({ plan })
})
