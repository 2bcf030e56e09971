import { drift } from '../../../../actions/terraform-apply/src/commands/drift.ts'
import { fakeStack } from '../fake-stack.ts'
import { change, plan } from '../plans.ts'

test('reports changes outside Terraform apart from pending ones, and changes nothing', async () => {
  const shown = plan([change('a.pending', { actions: ['create'], after: {} })], {
    resource_drift: [change('a.gone', { actions: ['delete'], before: { size: 1 } })],
  })
  const { stack, names, outputs, lines, summaries } = fakeStack({ plan: [{ code: 2 }], shown })
  await drift(stack)
  expect(names()).toEqual(['plan', 'show'])
  expect(outputs).toMatchObject({ drift: ['a.gone'], pending: ['a.pending'] })
  expect(lines).toContain('warning: a.gone was deleted outside Terraform.')
  expect(lines).toContain('info: Not applied yet: create a.pending')
  expect(summaries.join()).toContain('Changed outside Terraform (1)')
})

test('says that there is no drift', async () => {
  const { stack, lines, outputs } = fakeStack({ shown: plan([]) })
  await drift(stack)
  expect(outputs).toMatchObject({ drift: [], pending: [] })
  expect(lines).toContain('info: No drift.')
})
