// The temporary folder of one run: plan, variables, backend settings, Terraform's output. All of it may hold secrets.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from '../../../../toolkit/runner/own-folder.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Step } from '../../../../toolkit/step.ts'
import { erroredState } from './errored-file.ts'

/** Files that outputs name, for later steps of the job. */
export const PLAN_FILE = 'plan.tfplan'
export const PLANNED_FILE = 'planned.json'

/** The key of its path in the state. */
export const SCRATCH_STATE = 'scratch'
const PREFIX = 'slipway-terraform-'

/** Creates the folder, readable by its user only, and saves its path for post. */
export function makeScratch(step: Step, parent: string): string {
  const scratch = mkdtempSync(join(parent, PREFIX))
  step.saveState(SCRATCH_STATE, scratch)
  return scratch
}

/** The folder that main created; '' when it did not, or others may have changed it. */
export const savedScratch = (world: Pick<World, 'env' | 'log' | 'step'>): string =>
  ownFolder(world.step.state(SCRATCH_STATE), world, {
    prefix: PREFIX,
    undone: 'does not wait for a Terraform that still runs, rescue its state, release its lock or remove its files',
  })

/** Removes all files but those that outputs name. */
export function clearScratch(scratch: string): void {
  for (const name of readdirSync(scratch)) {
    if (name !== PLAN_FILE && name !== PLANNED_FILE) rmSync(join(scratch, name), { recursive: true, force: true })
  }
}

/** Removes the folder at the end of the job, when no step needs it any more. Keeps it while it holds a state that is nowhere else. */
export function removeScratch(scratch: string): void {
  if (scratch !== '' && erroredState({ directory: scratch, scratch }) === undefined)
    rmSync(scratch, { recursive: true, force: true })
}
