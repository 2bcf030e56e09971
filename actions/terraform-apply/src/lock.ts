import { hostname } from 'node:os'
import { formatDuration } from '../../../toolkit/duration.ts'
import { SlipwayError } from '../../../toolkit/errors.ts'
import { readRun } from '../../../toolkit/github.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { identify } from './claim.ts'
import type { StateStore } from './state-store.ts'
import type { Diagnostic, StreamEvent } from './stream.ts'

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
}

export const LOCK = '.tflock'
const HOLDER = '.holder.json'

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

type NotedHolder = Omit<Holder, 'process'> & { readonly process: HolderProcess | undefined }

export const writeHolder = (store: StateStore, lockId: string, world: World): Promise<void> =>
  store.write(HOLDER, JSON.stringify(holderOf(lockId, world)))

function holderOf(lockId: string, { env }: World): Holder {
  const { repository, id, attempt, url, actor } = readRun(env)
  return { lockId, repository, runId: id, attempt, runUrl: url, actor }
}

/** What Terraform says only while it holds the lock. Others come before it, or, as the outputs of an apply, after it. */
const WHILE_LOCKED = /^(?:refresh|apply|provision|ephemeral_op)_|^(?:planned_change|resource_drift)$/

/** What Terraform calls its operation in the lock. */
export type LockedOperation = 'OperationTypePlan' | 'OperationTypeApply'

/** A moment at which our Terraform is known to hold the lock. */
export interface Held {
  readonly operation: LockedOperation
  readonly host: string
  /** When our Terraform was started. */
  readonly since: number
  /** When it said something that it only says while it holds the lock. */
  readonly at: number
}

/**
 * Whether a lock that was read after `at` is the one that our Terraform held then. Any other one was made after ours was
 * released, and so after `at`: also by another job on this very machine, whose clock is the same.
 */
export function isOurs({ Who, Operation, Created }: Lock, { operation, host, since, at }: Held): boolean {
  const created = Date.parse(Created)
  return Who.endsWith(`@${host}`) && Operation === operation && created >= since && created <= at
}

/**
 * Watches what Terraform says: once it holds the lock, writes down for which run; when it has to wait, says for whom. Both
 * beside the work, which they neither delay nor fail.
 */
export class LockWatch {
  readonly #store: StateStore | undefined
  readonly #world: World
  readonly #operation: LockedOperation
  readonly #since: number
  readonly #pending: Promise<void>[] = []
  #process: HolderProcess | undefined
  #noted = false
  #waited = false

  constructor(store: StateStore | undefined, world: World, operation: LockedOperation) {
    this.#store = store
    this.#operation = operation
    this.#world = world
    this.#since = world.clock.now()
  }

  /** Which process it is that will hold the lock. */
  started(pid: number): void {
    this.#process = { host: hostname(), pid, identity: identify(pid) ?? '' }
  }

  see({ type, '@timestamp': at }: StreamEvent): void {
    if (this.#store === undefined) return
    if (type === 'state_lock_acquire' && !this.#waited) {
      this.#waited = true
      this.#aside(() => this.#sayHolder())
    } else if (WHILE_LOCKED.test(type) && !this.#noted) {
      this.#noted = true
      this.#aside(() => this.#noteHolder(Date.parse(at)))
    }
  }

  /** Waits for what is still under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending)
  }

  #aside(task: () => Promise<void>): void {
    this.#pending.push(task().catch((error) => this.#world.log.debug(`About the lock: ${error}`)))
  }

  async #noteHolder(at: number): Promise<void> {
    const store = this.#store
    if (store === undefined || readRun(this.#world.env).id === '') return
    // In this order, and written only over this very note: a short operation may be over by now, the lock another one's,
    // and so the note.
    const before = await store.look(HOLDER)
    const lock = await readLock(store)
    const held = { operation: this.#operation, host: hostname(), since: this.#since, at }
    if (lock === undefined || !isOurs(lock, held)) return
    const note = JSON.stringify({ ...holderOf(lock.ID, this.#world), process: this.#process } satisfies NotedHolder)
    await (before === undefined ? store.create(HOLDER, note) : store.replace(HOLDER, note, before.etag))
  }

  async #sayHolder(): Promise<void> {
    const lock = this.#store && (await readLock(this.#store))
    if (this.#store === undefined || lock === undefined) return
    const holder = await readHolder(this.#store, lock.ID)
    this.#world.log.info(`Waiting for the lock: ${describeHolder(lock, holder, this.#world.clock.now())}.`)
  }
}

/** `acme's run https://… holds since 3 min (apply)`. */
export function describeHolder(lock: Lock, holder: Holder | undefined, now: number): string {
  const who = holder === undefined ? lock.Who : `${holder.actor} holds it in ${holder.runUrl} (${lock.Who})`
  const age = now - Date.parse(lock.Created)
  const since = Number.isNaN(age) ? '' : ` since ${formatDuration(Math.max(0, age))},`
  const verb = holder === undefined ? ' holds it' : ''
  return `${who}${verb}${since} for ${lock.Operation}`
}

/** The error for a lock that was not to be had in time; `undefined` when that was not the trouble. */
export async function lockError(
  errors: readonly Diagnostic[],
  store: StateStore | undefined,
  world: World,
): Promise<SlipwayError | undefined> {
  const refused = errors.find(({ summary }) => /acquiring the state lock/i.test(summary))
  if (refused === undefined) return undefined
  const lock = lockIn(refused.detail ?? '')
  if (lock === undefined) {
    return new SlipwayError('The state could not be locked. Terraform says why above.', {
      hint: 'Nothing was changed. Check that the role may write and delete the lock beside the state.',
    })
  }
  const holder = store && (await readHolder(store, lock.ID).catch(() => undefined))
  return new SlipwayError(
    `The state is locked (lock ${lock.ID}): ${describeHolder(lock, holder, world.clock.now())}.`,
    {
      hint: `Nothing was changed. Wait for that run, or raise \`lock-timeout\`. If it is over and left the lock behind, run this action with \`command: unlock\` and \`lock-id: ${lock.ID}\`.`,
    },
  )
}

/** Reads what Terraform says of the lock that is in its way. */
export function lockIn(detail: string): Lock | undefined {
  const read = (name: string) => new RegExp(`^\\s*${name}:\\s*(.*?)\\s*$`, 'm').exec(detail)?.[1] ?? ''
  const ID = read('ID')
  if (ID === '') return undefined
  const created = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d* \+0000/.exec(read('Created'))
  return {
    ID,
    Operation: read('Operation'),
    Who: read('Who'),
    Created: created === null ? '' : `${created[1]}T${created[2]}Z`,
  }
}
