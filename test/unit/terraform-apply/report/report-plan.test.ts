import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reportPlan } from '../../../../actions/terraform-apply/src/report/report-plan.ts'
import { review } from '../../../../actions/terraform-apply/src/review/review.ts'
import { type FakeOptions, fakeStack } from '../fake-stack.ts'
import { change, plan } from '../plans.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-report-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const shown = plan([
  change('a.x', { actions: ['create'], after: { password: 'hunter2', size: 1 }, after_sensitive: { password: true } }),
  change('a.read', { actions: ['read'] }, { mode: 'data' }),
])

async function reported(options: FakeOptions = {}) {
  const fake = fakeStack(options)
  await reportPlan(fake.stack, review(fake.stack, { file: 'plan.tfplan', plan: shown }))
  return fake
}

test('sets outputs, log and summary, without secrets and without reads in the log', async () => {
  const { outputs, lines, summaries } = await reported()
  expect(outputs).toMatchObject({ 'has-changes': true, 'plan-file': 'plan.tfplan', counts: { create: 1 } })
  expect(outputs).not.toHaveProperty('fingerprint')
  expect(lines.join()).toContain('create a.x')
  expect(lines.join()).not.toContain('a.read')
  expect(JSON.stringify([outputs, lines, summaries])).not.toContain('hunter2')
})

test('sets fingerprint and approval with a key', async () => {
  const { outputs } = await reported({ inputs: { approval: { approved: undefined, key: 'a key for this test only' } } })
  expect(outputs).toMatchObject({ fingerprint: expect.any(String), approval: expect.stringMatching(/^v1\./) })
})

test('writes the planned file of an environment, and compares it with another one', async () => {
  const other = join(folder, 'stage.json')
  writeFileSync(other, JSON.stringify({ environment: 'stage', resources: {} }))
  const { rootModule } = fakeStack().stack.inputs
  const { outputs, summaries } = await reported({
    inputs: { rootModule: { ...rootModule, environment: 'prod' }, compareWith: other },
  })
  expect(outputs['promotion-differences']).toEqual([{ address: 'a.x', path: '', here: 'there', there: 'not there' }])
  expect(summaries.join()).toContain('1 difference from stage')
  const planned = readFileSync(String(outputs['planned-file']), 'utf8')
  expect(JSON.parse(planned)).toMatchObject({ environment: 'prod', resources: { 'a.x': { size: 1 } } })
  expect(planned).not.toContain('hunter2')
})
