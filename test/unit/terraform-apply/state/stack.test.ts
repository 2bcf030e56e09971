import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StackInputs } from '../../../../actions/terraform-apply/src/inputs/inputs.ts'
import { stackId, stackTitle } from '../../../../actions/terraform-apply/src/state/stack.ts'

const directory = mkdtempSync(join(tmpdir(), 'slipway-run-'))
afterAll(() => rmSync(directory, { recursive: true }))

function run(more: Partial<Pick<StackInputs, 'workspace' | 'environment'>> = {}, env: Record<string, string> = {}) {
  const stack = { path: 'infra', directory, workspace: undefined, environment: undefined, ...more }
  const backend = { type: 's3', config: { bucket: 'states', key: 'web.tfstate' } }
  return { inputs: { stack }, backend, world: { env } }
}

test('a stack is known by its place, its environment and its state', () => {
  expect(stackId(run())).toBe('infra · states/web.tfstate')
  expect(stackId(run({ environment: 'prod' }))).toBe('infra · prod · states/web.tfstate')
})

test('a workspace is one by whatever way it was chosen, and the default one is none', () => {
  const blue = run({ workspace: 'blue' })
  expect(stackId(run({}, { TF_WORKSPACE: 'blue' }))).toBe(stackId(blue))
  expect(stackTitle(run({}, { TF_WORKSPACE: 'blue' }))).toBe('blue · infra')
  expect(stackId(run({}, { TF_WORKSPACE: 'green' }))).not.toBe(stackId(blue))
  expect(stackId(run({ workspace: 'default' }))).toBe(stackId(run()))
  expect(stackTitle(run({ workspace: 'default' }))).toBe(stackTitle(run()))
})

test('an environment is no workspace of that name', () => {
  expect(stackId(run({ environment: 'stage' }))).not.toBe(stackId(run({ workspace: 'stage' })))
})
