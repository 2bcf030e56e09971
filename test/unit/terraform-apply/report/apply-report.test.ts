import type { ApplyEnd } from '../../../../actions/terraform-apply/src/operations/apply.ts'
import { reportApply } from '../../../../actions/terraform-apply/src/report/apply-report.ts'

function reported(end: Partial<ApplyEnd>) {
  const summaries: string[] = []
  const warnings: string[] = []
  reportApply(
    {
      log: { warning: (line: string) => warnings.push(line) } as unknown as Parameters<typeof reportApply>[0]['log'],
      step: { summary: (text: string) => summaries.push(text) } as unknown as Parameters<typeof reportApply>[0]['step'],
    },
    {
      status: 'applied',
      applied: undefined,
      operations: [],
      cutShort: [],
      outputs: undefined,
      error: undefined,
      ...end,
    },
  )
  return { summaries, warnings }
}

test.each<[Partial<ApplyEnd>, string]>([
  [
    { status: 'applied', applied: { add: 2, change: 1, remove: 0 } },
    '✅ **Applied**: 2 added, 1 changed, 0 destroyed.',
  ],
  [{ status: 'applied' }, '✅ **Applied**.'],
  [{ status: 'stale' }, '**Overtaken**'],
  [{ status: 'interrupted', cutShort: ['a.x'] }, '**Interrupted**'],
  [{ status: 'failed' }, '**Not all of it was applied.**'],
])('reports %j in the summary', (end, text) => {
  expect(reported(end).summaries[0]).toContain(text)
})

test('names what an interrupt cut short in log and summary', () => {
  const { summaries, warnings } = reported({ status: 'interrupted', cutShort: ['aws_iam_role.task'] })
  expect(summaries[1]).toContain('Interrupted while being created or changed: `aws_iam_role.task`.')
  expect(warnings).toEqual([expect.stringContaining('`aws_iam_role.task`')])
})

test('draws a chart of the operations', () => {
  const operation = { address: 'a.x', action: 'create', startedAt: 0, endedAt: 1000, outcome: 'done' } as const
  expect(reported({ operations: [operation] }).summaries[0]).toContain('gantt')
})
