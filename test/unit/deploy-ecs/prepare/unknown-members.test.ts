import { reportUnknownMembers } from '../../../../actions/deploy-ecs/src/prepare/unknown-members.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const base = { source: 'web:1', unknown: ['shiny', 'containerDefinitions[0].new'] }
const planOf = (revision: object) =>
  ({ name: { cluster: 'prod', service: 'web' }, before: {}, revision: { base, ...revision } }) as unknown as ServicePlan

function report(plans: readonly ServicePlan[], unknownMembers = 'warn') {
  const { log, lines } = fakeLog()
  reportUnknownMembers({ log, inputs: { unknownMembers, serviceChanges: {} } as never }, plans)
  return lines
}

test('warns once of each member that a new revision loses', () => {
  expect(report([planOf({}), planOf({})])).toEqual([
    'warning: This action does not know `shiny` in web:1: the new revision is without it.',
    'warning: This action does not know `containerDefinitions[0].new` in web:1: the new revision is without it.',
  ])
})

test('refuses all of them where that is asked for', () => {
  const refuse = () => report([planOf({})], 'refuse')
  expect(refuse).toThrow(/`shiny` in web:1.*\n.*`containerDefinitions\[0\]\.new` in web:1/)
  expect(refuse).toThrow(expect.objectContaining({ hint: expect.stringContaining('set `unknown-members: warn`') }))
})

test('says nothing of a revision that is deployed unchanged', () => {
  expect(report([planOf({ arn: 'web:1' })], 'refuse')).toEqual([])
})
