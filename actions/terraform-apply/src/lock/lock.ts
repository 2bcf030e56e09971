// The lock of a state in S3, and who holds it.
import { formatDuration } from '../../../../toolkit/duration.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { StateStore } from '../state/state-store.ts'

/** What Terraform's S3 backend writes into its lock. */
export interface Lock {
  readonly ID: string
  readonly Operation: string
  readonly Who: string
  readonly Created: string
}

/** Who holds a lock, as Terraform cannot know it: kept beside the state, and true for the lock of this id only. */
export interface Holder {
  readonly lockId: string
  readonly repository: string
  readonly runId: string
  readonly attempt: string
  readonly runUrl: string
  readonly actor: string
  /** The Terraform itself, which may outlive its run on a machine that does. */
  readonly process?: HolderProcess
}

export interface HolderProcess {
  readonly host: string
  readonly pid: number
  readonly identity: string
  /** Whether the machine outlives its jobs: `self-hosted`, or `github-hosted`. */
  readonly runner?: string
}

export const LOCK = '.tflock'
export const HOLDER = '.holder.json'

/** The lock as it stands; `undefined` when there is none. */
export async function readLock(store: StateStore): Promise<Lock | undefined> {
  const text = await store.read(LOCK)
  return text === undefined ? undefined : (JSON.parse(text) as Lock)
}

/** Who holds this lock; `undefined` when no run of ours says so. */
export async function readHolder(store: StateStore, lockId: string): Promise<Holder | undefined> {
  const text = await store.read(HOLDER)
  if (text === undefined) return undefined
  const holder = JSON.parse(text) as Holder
  return holder.lockId === lockId ? holder : undefined
}

export const writeHolder = (store: StateStore, lockId: string, world: World): Promise<void> =>
  store.write(HOLDER, JSON.stringify(holderOf(lockId, world)))

/** Who this run is, as the holder of a lock. */
export function holderOf(lockId: string, { env }: World): Holder {
  const { repository, id, attempt, url, actor } = readWorkflowRun(env)
  return { lockId, repository, runId: id, attempt, runUrl: url, actor }
}

/** `mona holds it in https://… (runner@host) since 3 min, for OperationTypeApply`. */
export function describeHolder(lock: Lock, holder: Holder | undefined, now: number): string {
  const who = holder === undefined ? lock.Who : `${holder.actor} holds it in ${holder.runUrl} (${lock.Who})`
  const age = now - Date.parse(lock.Created)
  const since = Number.isNaN(age) ? '' : ` since ${formatDuration(Math.max(0, age))},`
  const verb = holder === undefined ? ' holds it' : ''
  return `${who}${verb}${since} for ${lock.Operation}`
}
