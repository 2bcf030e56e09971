// What main saves for post: enough to save a state, whatever later steps do to files, tools and backend in between.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Step } from '../../../../toolkit/step.ts'
import type { TerraformOptions } from '../terraform/terraform.ts'
import type { Backend } from './backend.ts'
import { savedScratch } from './scratch.ts'

const HANDOVER = 'handover.json'
const SECRETS = 'secrets.json'

export interface Handover extends TerraformOptions {
  /** Root folder of the repository. */
  readonly repository: string
  readonly backend: Backend
}

/** Saves it in a file, not in the runner's state: backend settings may hold keys. */
export const saveHandover = (handover: Handover): void =>
  writeFileSync(join(handover.scratch, HANDOVER), JSON.stringify(handover), { mode: 0o600 })

/** What `saveHandover` wrote; `undefined` when main stopped before that, and so applied nothing. */
export const readHandover = (step: Step): Handover | undefined => read(step, HANDOVER) as Handover | undefined

/** Saves the secrets of the plan, so that post can scrub what Terraform prints after main was killed. */
export const saveSecrets = (scratch: string, secrets: ReadonlySet<string>): void =>
  writeFileSync(join(scratch, SECRETS), JSON.stringify([...secrets]), { mode: 0o600 })

/** What `saveSecrets` wrote; empty when main stopped before it had a plan. */
export const readSavedSecrets = (step: Step): ReadonlySet<string> =>
  new Set((read(step, SECRETS) ?? []) as readonly string[])

function read(step: Step, name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(savedScratch(step), name), 'utf8'))
  } catch {
    return undefined
  }
}
