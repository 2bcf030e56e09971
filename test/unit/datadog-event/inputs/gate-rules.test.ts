import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsVersion, readGateRules } from '../../../../actions/datadog-event/src/inputs/gate-rules.ts'
import { InputError } from '../../../../toolkit/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-gate-rules-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(content: unknown): string {
  const path = join(folder, 'gate.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
function refusal(content: unknown): InputError {
  try {
    readGateRules(file(content))
  } catch (error) {
    if (error instanceof InputError) return error
  }
  throw new Error('was accepted')
}

const monitor = { type: 'monitor', name: 'Errors', options: { query: 'service:web', duration: 300 } }
const faulty = { type: 'faulty_deployment_detection', name: 'Faulty' }

test('reads what datadog-ci takes, in the form of the API', () => {
  const options = { duration: 900, excluded_resources: ['GET /health'] }
  expect(readGateRules(file({ dryRun: false, rules: [monitor, { ...faulty, dryRun: true, options }] }))).toEqual({
    dry_run: false,
    rules: [monitor, { ...faulty, dry_run: true, options }],
  })
})

test('reads what the API takes, with or without the member `configuration`', () => {
  const gate = { dry_run: true, rules: [monitor] }
  expect(readGateRules(file(gate))).toEqual(gate)
  expect(readGateRules(file({ configuration: gate }))).toEqual(gate)
})

test('faulty deployment detection needs a version', () => {
  expect(needsVersion({ rules: [monitor] })).toBe(false)
  expect(needsVersion({ rules: [monitor, faulty] })).toBe(true)
})

test.each<[string, unknown, string]>([
  ['is no JSON', '{', 'cannot be read as JSON'],
  ['has no rules', {}, 'rules'],
  ['has an empty list of rules', { rules: [] }, 'rules'],
  ['has a rule of another type', { rules: [{ ...monitor, type: 'monitors' }] }, 'rules.0.type'],
  ['has a rule without a name', { rules: [{ ...monitor, name: '' }] }, 'rules.0.name'],
  ['has a monitor rule without a query', { rules: [{ ...monitor, options: {} }] }, 'rules.0.options.query'],
  [
    'has a duration that is too long',
    { rules: [{ ...monitor, options: { query: 'a', duration: 7201 } }] },
    'rules.0.options.duration',
  ],
  ['has a member that is misspelled', { rules: [{ ...monitor, optoins: {} }] }, 'rules.0'],
  ['is a list', [monitor], 'not a gate'],
])('refuses a file that %s', (_, content, where) => {
  const error = refusal(content)
  expect(error.input).toBe('config')
  expect(error.message).toContain(where)
  expect(error.hint).toContain('"type": "monitor"')
})

test('refuses a file that does not exist', () => {
  expect(() => readGateRules(join(folder, 'missing.json'))).toThrow('cannot be read as JSON')
})
