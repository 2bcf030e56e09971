import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RootModule } from '../../../../actions/terraform-apply/src/inputs/root-module.ts'
import { stackId, stackTitle } from '../../../../actions/terraform-apply/src/state/stack.ts'

const directory = mkdtempSync(join(tmpdir(), 'slipway-stack-'))
afterAll(() => rmSync(directory, { recursive: true }))

function stack(more: Partial<Pick<RootModule, 'workspace' | 'environment'>> = {}, env: Record<string, string> = {}) {
  const rootModule = { path: 'infra', directory, workspace: undefined, environment: undefined, ...more }
  const backend = { type: 's3', config: { bucket: 'states', key: 'web.tfstate' } }
  return { inputs: { rootModule }, backend, world: { env } }
}

test('identifies a stack by its directory, environment and state', () => {
  expect(stackId(stack())).toBe('infra · states/web.tfstate')
  expect(stackId(stack({ environment: 'prod' }))).toBe('infra · prod · states/web.tfstate')
})

test('names the selected workspace, however it was chosen, unless it is `default`', () => {
  const blue = stack({ workspace: 'blue' })
  expect(stackId(stack({}, { TF_WORKSPACE: 'blue' }))).toBe(stackId(blue))
  expect(stackTitle(stack({}, { TF_WORKSPACE: 'blue' }))).toBe('blue · infra')
  expect(stackId(stack({}, { TF_WORKSPACE: 'green' }))).not.toBe(stackId(blue))
  expect(stackId(stack({ workspace: 'default' }))).toBe(stackId(stack()))
  expect(stackTitle(stack({ workspace: 'default' }))).toBe(stackTitle(stack()))
})

test('distinguishes an environment from a workspace of the same name', () => {
  expect(stackId(stack({ environment: 'stage' }))).not.toBe(stackId(stack({ workspace: 'stage' })))
})
