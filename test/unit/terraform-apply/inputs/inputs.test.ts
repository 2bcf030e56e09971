import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInputs, regionInput } from '../../../../actions/terraform-apply/src/inputs/inputs.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { actionInputs } from '../../../support/action-inputs.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const env = (inputs: Readonly<Record<string, string>>) => ({
  GITHUB_WORKSPACE: folder,
  RUNNER_TEMP: '/runner/temp',
  ...actionInputs('terraform-apply', inputs),
})
const read = (inputs: Readonly<Record<string, string>> = {}) => readInputs(env(inputs))
const refusal = (inputs: Readonly<Record<string, string>>) => {
  try {
    read(inputs)
  } catch (error) {
    return describeError(error)
  }
  throw new Error('It was not refused.')
}
const KEY = { 'fingerprint-key': 'sixteen characters' }

test('applies the root of the repository by default', () => {
  expect(read()).toMatchObject({
    command: 'apply',
    rootModule: { repository: folder, directory: folder, path: '.', workspace: undefined, environment: undefined },
    tool: { tool: 'terraform' },
    approval: { approved: undefined, key: undefined },
    plan: { destroy: false, refresh: true, lockTimeoutMs: 300_000, varFiles: [], targets: [] },
    github: { token: '', comment: true },
    cancelTimeoutMs: 180_000,
    tempFolder: '/runner/temp',
  })
})

test('resolves files against the folder that their input is relative to', () => {
  mkdirSync(join(folder, 'infra'))
  for (const name of ['infra/stage.tfvars', 'infra/x.tfbackend', 'infra/plan', 'stage.json'])
    writeFileSync(join(folder, name), '')
  const inputs = read({
    'working-directory': 'infra',
    'var-file': 'stage.tfvars',
    'backend-config-file': 'x.tfbackend',
    'plan-file': 'plan',
    'compare-with': 'stage.json',
  })
  expect(inputs.rootModule).toMatchObject({ path: 'infra', backendConfigFiles: [join(folder, 'infra/x.tfbackend')] })
  expect(inputs.plan.varFiles).toEqual([join(folder, 'infra/stage.tfvars')])
  expect(inputs.planFile).toBe(join(folder, 'infra/plan'))
  expect(inputs.compareWith).toBe(join(folder, 'stage.json'))
})

test.each([
  [{ 'working-directory': 'gone' }, 'Input `working-directory` is `gone`, and there is no such directory.'],
  [{ workspace: 'a b' }, 'Input `workspace` is `a b`, which is not a valid name'],
  [{ 'var-file': 'gone' }, 'Input `var-file` names `gone`, and there is no such file.'],
  [{ 'compare-with': 'gone' }, 'Paths are relative to the root of the repository.'],
  [{ 'fingerprint-key': 'short' }, 'Input `fingerprint-key` is shorter than 16 characters'],
  [{ 'approved-plan': 'pull-request' }, 'Input `fingerprint-key` is missing'],
  [{ ...KEY, command: 'verify' }, 'Input `approved-plan` is missing'],
  [{ parallelism: '0' }, 'Input `parallelism`'],
  [{ command: 'destroy' }, 'Input `command`'],
  [{ 'download-url': 'mirror.example.com/terraform' }, 'Input `download-url` is not the address of a mirror.'],
  [{ 'cancel-timeout': '5m' }, 'Input `cancel-timeout`'],
])('refuses %j', (inputs, message) => {
  expect(refusal(inputs)).toContain(message)
})

test('reads the approved plan with its key', () => {
  expect(read({ ...KEY, command: 'verify', 'approved-plan': 'pull-request' }).approval).toEqual({
    approved: 'pull-request',
    key: 'sixteen characters',
  })
})

test('reads the region alone, whatever the other inputs are', () => {
  expect(regionInput(env({ 'aws-region': 'eu-west-1', 'working-directory': 'gone' }))).toBe('eu-west-1')
})
