import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Inputs } from '../../../actions/terraform-apply/src/inputs/inputs.ts'
import type { Plan } from '../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import type { Stack } from '../../../actions/terraform-apply/src/state/stack.ts'
import type { Ended } from '../../../actions/terraform-apply/src/terraform/terraform.ts'
import type { Environment } from '../../../toolkit/runtime.ts'
import { fakeStore } from './fake-store.ts'
import { fakeWorld } from './fake-world.ts'

/** One run of a command that takes the lock: the lines that it prints, and how it ends. */
export interface FakeRun extends Partial<Ended> {
  readonly lines?: readonly object[]
  /** Runs before the end. */
  readonly before?: () => void
}

export interface FakeOptions {
  readonly inputs?: Partial<Inputs>
  readonly env?: Environment
  /** The runs of `terraform plan` and `terraform apply`, in order; the last one repeats. */
  readonly plan?: readonly FakeRun[]
  readonly apply?: readonly FakeRun[]
  /** What `terraform show -json` prints. */
  readonly shown?: Plan
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A stack whose Terraform is scripted. Keeps the commands that were run. */
export function fakeStack({ inputs, env = {}, plan = [{}], apply = [{}], shown }: FakeOptions = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-fake-stack-'))
  folders.push(scratch)
  const fake = fakeWorld(env)
  const { store, objects, s3 } = fakeStore()
  const commands: (readonly string[])[] = []
  const rootModule = {
    repository: scratch,
    directory: scratch,
    path: '.',
    workspace: undefined,
    environment: undefined,
    backendConfig: [],
    backendConfigFiles: [],
  }
  const tf: Stack['tf'] = {
    product: 'Terraform',
    directory: scratch,
    scratch,
    async exec(args) {
      commands.push(args)
      return { code: 0, stdout: args[0] === 'show' ? JSON.stringify(shown) : '{}', stderr: '' }
    },
    async run(args, logger) {
      const before = commands.filter(([name]) => name === args[0]).length
      commands.push(args)
      const runs = args[0] === 'plan' ? plan : apply
      const run = runs[before] ?? runs.at(-1) ?? {}
      for (const line of run.lines ?? []) logger.line(JSON.stringify(line))
      run.before?.()
      return { code: run.code ?? 0, cancelled: run.cancelled }
    },
  }
  const all: Inputs = {
    command: 'apply',
    rootModule,
    tool: { tool: 'terraform', version: undefined, downloadUrl: undefined },
    plan: {
      varFiles: [],
      variables: '',
      targets: [],
      replace: [],
      destroy: false,
      refresh: true,
      parallelism: undefined,
      lockTimeoutMs: 60_000,
    },
    approval: { approved: undefined, key: undefined },
    guardRails: { maxDestroys: undefined, protectedTypes: [], protectedAddresses: [], lifted: [] },
    github: { token: '', comment: true },
    compareWith: undefined,
    stateFile: undefined,
    driftIssue: false,
    lockId: undefined,
    region: undefined,
    expectedAccountId: undefined,
    planFile: undefined,
    cancelTimeoutMs: 1000,
    tempFolder: scratch,
    ...inputs,
  }
  const backend = { type: 's3', config: { bucket: 'bucket', key: 'key', use_lockfile: true } }
  const stack: Stack = { world: fake.world, inputs: all, tf, backend, store }
  const names = () => commands.map(([name]) => name)
  return { ...fake, stack, objects, s3, commands, names, scratch }
}

/** The line of an error diagnostic. */
export const errorLine = (summary: string, detail = '') => ({
  '@level': 'error',
  '@message': summary,
  '@timestamp': '',
  type: 'diagnostic',
  diagnostic: { severity: 'error', summary, detail },
})
