import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RootModule } from '../../../../actions/terraform-apply/src/inputs/root-module.ts'
import { backendFile, init } from '../../../../actions/terraform-apply/src/operations/init.ts'
import type { ExecResult } from '../../../../toolkit/process/exec.ts'
import { fakeStack } from '../fake-stack.ts'

const BACKEND = { type: 's3', config: { bucket: 'b', key: 'k', use_lockfile: true } }
const failed = (stdout: string): Partial<ExecResult> => ({ code: 1, stdout })

/** Runs `init` in a root module with an S3 backend; the runs of `terraform init` end as given, the last one repeats. */
async function initialized(
  runs: readonly Partial<ExecResult>[] = [{}],
  rootModule: Partial<RootModule> = {},
  prepare: (directory: string) => void = () => {},
) {
  const fake = fakeStack()
  const directory = mkdtempSync(join(fake.scratch, 'root-'))
  writeFileSync(join(directory, 'main.tf'), 'terraform {\n  backend "s3" {}\n}')
  prepare(directory)
  const ran: { readonly args: readonly string[]; readonly inWorkspace: boolean }[] = []
  const tf: typeof fake.stack.tf = {
    ...fake.stack.tf,
    exec: async (args, { inWorkspace = true } = {}) => {
      const run = runs[ran.length] ?? runs.at(-1)
      ran.push({ args, inWorkspace })
      mkdirSync(join(directory, '.terraform'), { recursive: true })
      writeFileSync(join(directory, '.terraform/terraform.tfstate'), JSON.stringify({ backend: BACKEND }))
      return { code: 0, stdout: '', stderr: '', ...run }
    },
  }
  const module = { ...fake.stack.inputs.rootModule, directory, ...rootModule }
  const outcome = await init(fake.world, module, tf).then(
    (backend) => ({ backend, error: undefined }),
    (error: unknown) => ({ backend: undefined, error: error as { readonly message: string; readonly hint?: string } }),
  )
  return { ...fake, ...outcome, ran }
}

test('initializes the root module, and returns its backend', async () => {
  const { backend, ran } = await initialized()
  expect(backend).toEqual(BACKEND)
  expect(ran).toEqual([{ args: ['init', '-input=false', '-no-color', '-json'], inWorkspace: true }])
})

test('passes backend files on, and settings in a file that only its owner can read', async () => {
  const { ran, scratch } = await initialized([{}], {
    backendConfigFiles: ['/repo/stage.tfbackend'],
    backendConfig: [{ key: 'secret_key', value: 'hunter2' }],
  })
  const file = join(scratch, 'backend.tfbackend')
  expect(ran[0]?.args.slice(4)).toEqual(['-backend-config=/repo/stage.tfbackend', `-backend-config=${file}`])
  expect(readFileSync(file, 'utf8')).toBe('secret_key = "hunter2"\n')
  expect(statSync(file).mode & 0o077).toBe(0)
})

test('reconfigures a backend that an earlier step has configured', async () => {
  const { ran } = await initialized([{}], {}, (directory) => {
    mkdirSync(join(directory, '.terraform'))
    writeFileSync(join(directory, '.terraform/terraform.tfstate'), '{}')
  })
  expect(ran[0]?.args).toContain('-reconfigure')
})

test('refuses a root module without a backend before it runs Terraform', async () => {
  const { error, ran } = await initialized([{}], {}, (directory) => writeFileSync(join(directory, 'main.tf'), ''))
  expect(error?.message).toContain('keeps its state in a local file')
  expect(ran).toEqual([])
})

test('initializes without a workspace that does not exist yet', async () => {
  const { backend, ran } = await initialized([failed('The currently selected workspace (blue) does not exist.'), {}])
  expect(backend).toEqual(BACKEND)
  expect(ran.map(({ inWorkspace }) => inWorkspace)).toEqual([true, false])
})

describe('while another run creates the workspace', () => {
  const locked = failed('Error: failed to lock s3 state: state blob is already locked')

  test('tries again', async () => {
    const { backend, ran } = await initialized([locked, locked, {}])
    expect(backend).toEqual(BACKEND)
    expect(ran).toHaveLength(3)
  })

  test('gives up after five attempts', async () => {
    const { error, ran } = await initialized([locked])
    expect(error?.message).toContain('`Terraform init` failed')
    expect(ran).toHaveLength(5)
  })
})

test.each([
  ['ExpiredToken: The security token is expired', 'The AWS credentials are missing, invalid or expired.'],
  ['NoSuchBucket: The specified bucket does not exist', 'terraform/modules/state-backend'],
  ['api error AccessDenied: no', 'The role may not read the state.'],
  ['Unsupported backend type', 'Check the backend block'],
])('says what to do about %s', async (detail, hint) => {
  const line = { '@level': 'error', '@message': '', '@timestamp': '', type: 'diagnostic' }
  const diagnostic = { severity: 'error', summary: 'Error refreshing\nstate', detail }
  const { error, lines } = await initialized([failed(JSON.stringify({ ...line, diagnostic }))])
  expect(error?.message).toBe('`Terraform init` failed: Error refreshing state')
  expect(error?.hint).toContain(hint)
  expect(lines).toContainEqual(expect.stringContaining(detail))
})

test('points to the output of an init that failed without a diagnostic', async () => {
  const { error } = await initialized([{ code: 1, stderr: 'panic' }])
  expect(error).toMatchObject({ message: '`Terraform init` failed: See its output above.', hint: undefined })
})

test('writes backend settings in the syntax of a backend configuration file', () => {
  const file = backendFile([
    { key: 'key', value: 'a "b" ${c} %{d}' },
    { key: 'use_lockfile', value: 'true' },
    { key: 'endpoints', value: '{ s3 = "http://x" }' },
  ])
  expect(file).toBe('key = "a \\"b\\" $${c} %%{d}"\nuse_lockfile = "true"\nendpoints = { s3 = "http://x" }\n')
})
