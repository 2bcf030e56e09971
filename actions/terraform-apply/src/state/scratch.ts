// The folder of one run: plan, variables, backend settings, what Terraform printed. All of it may hold secrets.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Step } from '../../../../toolkit/step.ts'
import { erroredState } from '../operations/rescue-state.ts'
import type { TerraformOptions } from '../terraform/terraform.ts'
import type { Backend } from './backend.ts'

/** Files that outputs name, for later steps of the job. */
export const PLAN_FILE = 'plan.tfplan'
export const PLANNED_FILE = 'planned.json'

const KEY = 'scratch'
const NOTE = 'run.json'
const SECRETS = 'secrets.json'

/** Makes the folder, which only its user can read, and sees to it that post finds it. */
export function makeScratch(parent: string, step: Step): string {
  const scratch = mkdtempSync(join(parent, 'slipway-terraform-'))
  step.saveState(KEY, scratch)
  return scratch
}

/** Removes all but the files that outputs name. */
export function clearScratch(scratch: string): void {
  for (const name of readdirSync(scratch)) {
    if (name !== PLAN_FILE && name !== PLANNED_FILE) rmSync(join(scratch, name), { recursive: true, force: true })
  }
}

/** Removes the folder: at the end of the job no step needs it any more. A state that is nowhere else stays. */
export function removeScratch(step: Step): void {
  const scratch = step.state(KEY)
  if (scratch !== '' && erroredState({ directory: scratch, scratch }) === undefined)
    rmSync(scratch, { recursive: true, force: true })
}

/** What post needs to bring a state to safety, whatever later steps did to files, tools and backend meanwhile. */
export interface NotedRun extends TerraformOptions {
  readonly root: string
  readonly backend: Backend
}

/** In a file and not in the runner's state, as backend settings may hold keys. */
export const noteRun = (run: NotedRun): void =>
  writeFileSync(join(run.scratch, NOTE), JSON.stringify(run), { mode: 0o600 })

/** What `noteRun` wrote; `undefined` when main did not get so far, and so applied nothing. */
export const notedRun = (step: Step): NotedRun | undefined => noted(NOTE, step) as NotedRun | undefined

/** Keeps what is secret in the plan: what Terraform says after main was killed has to be scrubbed, too. */
export const noteSecrets = (scratch: string, secrets: ReadonlySet<string>): void =>
  writeFileSync(join(scratch, SECRETS), JSON.stringify([...secrets]), { mode: 0o600 })

/** What `noteSecrets` wrote; none when main did not get as far as a plan. */
export const notedSecrets = (step: Step): ReadonlySet<string> =>
  new Set((noted(SECRETS, step) ?? []) as readonly string[])

function noted(name: string, step: Step): unknown {
  try {
    return JSON.parse(readFileSync(join(step.state(KEY), name), 'utf8'))
  } catch {
    return undefined
  }
}
