// Which workflow run holds a lock: an object of our own beside the state, as Terraform does not know it.

import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import type { StateStore } from '../state/state-store.ts'
import type { Lock } from './lock.ts'

/** The workflow run that holds the lock with this id. */
export interface Holder {
  readonly lockId: string
  readonly repository: string
  readonly runId: string
  readonly attempt: string
  readonly runUrl: string
  readonly actor: string
  /** The Terraform process, which may outlive the run if its machine does. */
  readonly process?: HolderProcess
}

export interface HolderProcess {
  readonly host: string
  readonly pid: number
  readonly identity: string
  /** RUNNER_ENVIRONMENT: `self-hosted` (the machine outlives the job) or `github-hosted`. */
  readonly runner?: string
}

/** Suffix of the holder object. */
export const HOLDER = '.holder.json'

/** The run that holds this lock; `undefined` when no run has recorded that it does. */
export async function readHolder(store: StateStore, lockId: string): Promise<Holder | undefined> {
  const text = await store.read(HOLDER)
  if (text === undefined) return undefined
  const holder = parseJson(text, `\`${store.address(HOLDER)}\``) as Holder
  return holder.lockId === lockId ? holder : undefined
}

/** Records that this run holds the lock. */
export const writeHolder = (world: World, store: StateStore, lockId: string): Promise<void> =>
  store.write(HOLDER, JSON.stringify(holderOf(world, lockId)))

/** This run as the holder of a lock. */
export function holderOf({ env }: World, lockId: string): Holder {
  const { repository, id, attempt, url, actor } = readWorkflowRun(env)
  return { lockId, repository, runId: id, attempt, runUrl: url, actor }
}

/** `mona holds it in https://… (runner@host) since 3 min, for OperationTypeApply` */
export function describeHolder(lock: Lock, holder: Holder | undefined, now: number): string {
  const who = holder === undefined ? lock.Who : `${holder.actor} holds it in ${holder.runUrl} (${lock.Who})`
  const age = now - Date.parse(lock.Created)
  const since = Number.isNaN(age) ? '' : ` since ${formatDuration(Math.max(0, age))},`
  const verb = holder === undefined ? ' holds it' : ''
  return `${who}${verb}${since} for ${lock.Operation}`
}
