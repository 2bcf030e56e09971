import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RootModule } from '../../../../actions/terraform-apply/src/inputs/root-module.ts'
import { checkConfiguration, readBackend } from '../../../../actions/terraform-apply/src/state/backend.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-backend-'))
afterAll(() => rmSync(folder, { recursive: true }))

function rootModule(files: Readonly<Record<string, string>>): RootModule {
  const directory = mkdtempSync(join(folder, 'stack-'))
  mkdirSync(join(directory, '.terraform'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  return {
    repository: folder,
    directory,
    path: 'infra',
    workspace: undefined,
    environment: undefined,
    backendConfig: [],
    backendConfigFiles: [],
  }
}

const EMPTY = '{"version":4,"serial":1,"lineage":"x","resources":[],"outputs":{}}'
const S3 = 'terraform {\n  backend "s3" {}\n}'

test.each([
  ['a block', { 'main.tf': S3 }],
  ['JSON', { 'main.tf.json': '{"terraform":{"backend":{"s3":{}}}}' }],
  ['HCP Terraform', { 'main.tf': 'terraform {\n  cloud {}\n}' }],
  ['another file', { 'main.tf': '', 'backend.tofu': S3 }],
])('accepts a remote backend in %s', (_, files) => {
  expect(() => checkConfiguration(rootModule(files), {})).not.toThrow()
})

test.each([
  ['nothing', {}, 'has no Terraform configuration'],
  ['no backend', { 'main.tf': 'locals {\n  backend = 1\n}' }, 'keeps its state in a local file'],
  [
    'a committed state',
    { 'main.tf': S3, 'terraform.tfstate': '{"version":4,"serial":1,"lineage":"x","resources":[{}]}' },
    'migrate-state',
  ],
  ['a state of an unknown kind', { 'main.tf': S3, 'terraform.tfstate': 'binary' }, 'holds a state'],
  ['a state that could not be saved', { 'main.tf': S3, 'errored.tfstate': 'x' }, 'an earlier apply could not save'],
  ['an empty state that could not be saved', { 'main.tf': S3, 'errored.tfstate': EMPTY }, 'terraform state push'],
  ['a state that could not even be written here', { 'main.tf': S3, 'errored.tfstate': '' }, 'errored.tfstate'],
])('refuses %s before init', (_, files, message) => {
  try {
    checkConfiguration(rootModule(files), {})
  } catch (error) {
    const { message: text, hint } = error as { message: string; hint: string }
    expect(`${text} ${hint}`).toContain(message)
    return
  }
  throw new Error('It was not refused.')
})

test('accepts an empty state file in the directory', () => {
  expect(() => checkConfiguration(rootModule({ 'main.tf': S3, 'terraform.tfstate': EMPTY }), {})).not.toThrow()
})

test("looks for a committed state of the selected workspace: by the input, else TF_WORKSPACE, else Terraform's own selection", () => {
  const made = rootModule({ 'main.tf': S3, '.terraform/environment': 'selected' })
  for (const workspace of ['given', 'of-env', 'selected']) {
    const folder = join(made.directory, 'terraform.tfstate.d', workspace)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'terraform.tfstate'), 'a state')
  }
  const env = { TF_WORKSPACE: 'of-env' }
  const committed = (workspace: string) => join('terraform.tfstate.d', workspace, 'terraform.tfstate')
  expect(() => checkConfiguration({ ...made, workspace: 'given' }, env)).toThrow(committed('given'))
  expect(() => checkConfiguration(made, env)).toThrow(committed('of-env'))
  expect(() => checkConfiguration(made, {})).toThrow(committed('selected'))
  expect(() => checkConfiguration({ ...made, workspace: 'default' }, env)).not.toThrow()
})

test('refuses a local state, and a backend without a lock, after init', () => {
  const settled = (backend: object | undefined) => {
    const made = rootModule({ 'main.tf': S3 })
    writeFileSync(join(made.directory, '.terraform/terraform.tfstate'), JSON.stringify({ version: 3, backend }))
    return () => readBackend(made, {})
  }
  expect(settled({ type: 's3', config: { use_lockfile: true } })()).toMatchObject({ type: 's3' })
  expect(settled({ type: 's3', config: { dynamodb_table: 'locks' } })()).toMatchObject({ type: 's3' })
  expect(settled({ type: 'azurerm', config: {} })()).toMatchObject({ type: 'azurerm' })
  expect(settled({ type: 's3', config: { use_lockfile: null } })).toThrow('has no lock')
  expect(settled({ type: 'local', config: {} })).toThrow('local file')
  expect(settled(undefined)).toThrow('local file')
  expect(() => readBackend(rootModule({ 'main.tf': S3 }), {})).toThrow('local file')
})
