import { drift } from '../../../../actions/terraform-apply/src/commands/drift.ts'
import { issueMarker } from '../../../../actions/terraform-apply/src/report/drift-issue.ts'
import { stackId } from '../../../../actions/terraform-apply/src/state/stack.ts'
import { fakeGitHub } from '../fake-github.ts'
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
  expect(lines.filter((line) => line.startsWith('warning'))).toEqual(['warning: a.gone was deleted outside Terraform.'])
  expect(lines).toContain('info: Not applied yet: create a.pending')
  expect(summaries.join()).toContain('Changed outside Terraform (1)')
})

test('says that there is no drift', async () => {
  const { stack, lines, outputs } = fakeStack({ shown: plan([]) })
  await drift(stack)
  expect(outputs).toMatchObject({ drift: [], pending: [] })
  expect(lines).toContain('info: No drift.')
})

describe('with `drift-issue`', () => {
  let github: Awaited<ReturnType<typeof fakeGitHub>>
  beforeAll(async () => {
    github = await fakeGitHub()
  })
  afterEach(() => github.reset())
  afterAll(() => github.close())

  async function driftOf(shown: ReturnType<typeof plan>) {
    const inputs = { driftIssue: true, github: { token: 't', comment: true } }
    const fake = fakeStack({ inputs, shown, env: github.env })
    await drift(fake.stack)
    return { ...fake, marker: issueMarker(stackId(fake.stack)) }
  }
  const changed = plan([], { resource_drift: [change('a.gone', { actions: ['delete'], before: { size: 1 } })] })

  test('opens an issue with the report, under the marker of the stack', async () => {
    const { marker, summaries } = await driftOf(changed)
    expect(github.issues).toEqual([{ number: 1, body: `${marker}\n${summaries.join('')}` }])
  })

  test('opens no issue for changes that are only pending', async () => {
    await driftOf(plan([change('a.pending', { actions: ['create'], after: {} })]))
    expect(github.issues).toEqual([])
  })

  test('warns, and does not fail, when the token may not write issues', async () => {
    github.denied.status = 403
    const { lines } = await driftOf(changed)
    expect(lines.at(-1)).toMatch(/^warning: Could not update the drift issue: .*\n.*`permissions: issues: write`/)
  })
})
