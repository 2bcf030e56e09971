import type { Context } from '../../../../actions/deploy-ecs/src/inputs/context.ts'
import type { Preview } from '../../../../actions/deploy-ecs/src/prepare/preview.ts'
import { reportPlan } from '../../../../actions/deploy-ecs/src/report/report-plan.ts'
import { fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const registration = (image: string) => ({ family: 'web', containerDefinitions: [{ name: 'app', image }] })
const preview = (image: string, before: object = { taskDefinition: 'web:1' }) =>
  ({
    plan: { name: { cluster: 'prod', service: 'web' }, before, revision: { registration: registration(image) } },
    current: registration('web:1'),
  }) as unknown as Preview

function report(previews: readonly Preview[], inputs: object = { command: 'deploy', serviceChanges: {} }) {
  const { log, lines } = fakeLog()
  let summary = ''
  const step = { summary: (markdown: string) => (summary = markdown) }
  reportPlan({ log, step, inputs } as unknown as Context, previews)
  return { lines, summary }
}

test('logs and summarises the differences to what the service runs', () => {
  const { lines, summary } = report([preview('web:2')])
  expect(lines).toEqual([
    'info: prod/web, compared with web:1:',
    'info:   ~ app.image: web:1 → web:2',
    'info: All checks passed. Nothing was changed.',
  ])
  expect(summary).toMatch(/^## 🔍 Dry run: web\n/)
  expect(summary).toContain('```diff\n~ app.image: web:1 → web:2\n```')
})

test('shows the settings of the service that would change', () => {
  const before = { taskDefinition: 'web:1', desiredCount: 2 }
  const { lines } = report([preview('web:1', before)], { command: 'deploy', serviceChanges: { desiredCount: 3 } })
  expect(lines).toContain('info:   ~ service.desiredCount: 2 → 3')
})

test('says that new tasks start for a tag that may have moved, where nothing else changes', () => {
  const movedTag = 'web:latest names a tag, which may have moved'
  const { lines } = report([{ ...preview('web:1'), movedTag }])
  expect(lines).toContain(`info:   new tasks of the same revision: ${movedTag}`)
  expect(report([{ ...preview('web:2'), movedTag }]).lines).toContain('info:   ~ app.image: web:1 → web:2')
  expect(report([{ ...preview('web:2'), movedTag }]).lines.join()).not.toContain('new tasks')
})

test('says that there are no changes', () => {
  const { lines, summary } = report([preview('web:1')], { command: 'verify', serviceChanges: {} })
  expect(lines).toContain('info:   no changes')
  expect(summary).toMatch(/^## 🔍 Verified: web\n/)
})
