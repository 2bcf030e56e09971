// What main saves for post: enough to save a state, whatever later steps do to files, tools and backend in between.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TerraformOptions } from '../terraform/terraform.ts'
import type { Backend } from './backend.ts'

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
export const readHandover = (scratch: string): Handover | undefined => read(scratch, HANDOVER) as Handover | undefined

/** Saves the secrets of the plan, so that post can scrub what Terraform prints after main was killed. */
export const saveSecrets = (scratch: string, secrets: ReadonlySet<string>): void =>
  writeFileSync(join(scratch, SECRETS), JSON.stringify([...secrets]), { mode: 0o600 })

/** What `saveSecrets` wrote; empty when main stopped before it had a plan. */
export const readSavedSecrets = (scratch: string): ReadonlySet<string> =>
  new Set((read(scratch, SECRETS) ?? []) as readonly string[])

function read(scratch: string, name: string): unknown {
  if (scratch === '') return undefined
  try {
    return JSON.parse(readFileSync(join(scratch, name), 'utf8'))
  } catch {
    return undefined
  }
}
