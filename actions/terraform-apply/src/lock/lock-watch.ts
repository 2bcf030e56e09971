import { hostname } from 'node:os'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { StateStore } from '../state/state-store.ts'
import type { StreamEvent } from '../terraform/json-events.ts'
import { identify } from '../terraform/process-identity.ts'
import { type Lock, readLock } from './lock.ts'
import { describeHolder, HOLDER, type Holder, type HolderProcess, holderOf, readHolder } from './lock-holder.ts'

/**
 * Events that Terraform prints while it holds the lock, and goes on to hold it. Others come before it has the lock; the planned
 * changes, and the outputs of an apply, come as it releases it.
 */
const WHILE_LOCKED = /^(?:refresh|apply|provision|ephemeral_op)_/

/** Recording the holder takes about this long, so it is not worth it for a lock that is released sooner. */
const GRACE_MS = 250

/** Runs that have logged why their holder cannot be recorded: once is enough for a plan and its apply. */
const LOGGED = new WeakSet<World>()

/** The name of an operation in Terraform's lock. */
export type LockedOperation = 'OperationTypePlan' | 'OperationTypeApply'

/** A moment at which our Terraform holds the lock. Times are milliseconds since the epoch. */
export interface Held {
  readonly operation: LockedOperation
  readonly host: string
  /** When our Terraform was started. */
  readonly since: number
  /** When it printed an event that it prints only while it holds the lock. */
  readonly at: number
}

/**
 * Whether a lock that was read after `at` is the one that our Terraform held at that time. Any other lock was created after ours was
 * released, so after `at`; that includes locks of other jobs on this machine, whose clock is the same.
 */
export function isOurs({ Who, Operation, Created }: Lock, { operation, host, since, at }: Held): boolean {
  const created = Date.parse(Created)
  return Who.endsWith(`@${host}`) && Operation === operation && created >= since && created <= at
}

type HolderWithProcess = Omit<Holder, 'process'> & { readonly process: HolderProcess | undefined }

/**
 * Follows Terraform's events. Once Terraform holds the lock, records this run as its holder; while it waits, logs which run it waits
 * for. Neither delays nor fails the command.
 */
export class LockWatch {
  readonly #store: StateStore | undefined
  readonly #world: World
  readonly #operation: LockedOperation
  readonly #since: number
  readonly #pending: Promise<void>[] = []
  readonly #ended = new AbortController()
  #process: HolderProcess | undefined
  #recorded = false
  #waited = false

  constructor(world: World, store: StateStore | undefined, operation: LockedOperation) {
    this.#store = store
    this.#operation = operation
    this.#world = world
    this.#since = world.clock.now()
  }

  /** The process that will hold the lock. */
  started(pid: number): void {
    const runner = this.#world.env['RUNNER_ENVIRONMENT']
    const identity = identify(pid) ?? ''
    this.#process = { host: hostname(), pid, identity, ...(runner === undefined ? {} : { runner }) }
  }

  see({ type, '@timestamp': at }: StreamEvent): void {
    if (this.#store === undefined) return
    if (type === 'state_lock_acquire' && !this.#waited) {
      this.#waited = true
      this.#inBackground(() => this.#logHolder())
    } else if (WHILE_LOCKED.test(type) && !this.#recorded) {
      this.#recorded = true
      this.#inBackground(() => this.#recordHolder(Date.parse(at)).catch((error) => this.#logNotRecorded(error)))
    }
  }

  /** Call it once Terraform has ended. Waits for requests that are still in progress. */
  async settle(): Promise<void> {
    this.#ended.abort()
    await Promise.all(this.#pending)
  }

  #inBackground(task: () => Promise<void>): void {
    this.#pending.push(task().catch((error) => this.#world.log.debug(`Watching the lock: ${error}`)))
  }

  async #recordHolder(at: number): Promise<void> {
    const store = this.#store
    // Outside a workflow run there is no run to record.
    if (store === undefined || readWorkflowRun(this.#world.env).id === '') return
    if (await this.#endsWithin(GRACE_MS)) return
    // In this order, and only over the record that was read: a short operation may have ended by now, and then the lock and its
    // record are those of another run.
    const before = await store.get(HOLDER)
    const lock = await readLock(store)
    const held = { operation: this.#operation, host: hostname(), since: this.#since, at }
    if (lock === undefined || !isOurs(lock, held)) return
    const record = JSON.stringify({
      ...holderOf(this.#world, lock.ID),
      process: this.#process,
    } satisfies HolderWithProcess)
    await (before === undefined ? store.create(HOLDER, record) : store.replace(HOLDER, record, before.etag))
  }

  /** Logs only the name of the error: its message may hold what should not be in a log. */
  #logNotRecorded(error: Error): never {
    if (!LOGGED.has(this.#world)) {
      LOGGED.add(this.#world)
      const { name } = error.cause instanceof Error ? error.cause : error
      this.#world.log.info(
        `Could not record beside the state which run holds its lock (${name}). The lock works; runs that wait for it cannot name this run.`,
      )
    }
    throw error
  }

  async #endsWithin(ms: number): Promise<boolean> {
    await this.#world.clock.sleep(ms, this.#ended.signal).catch(() => {})
    return this.#ended.signal.aborted
  }

  async #logHolder(): Promise<void> {
    const lock = this.#store && (await readLock(this.#store))
    if (this.#store === undefined || lock === undefined) return
    const holder = await readHolder(this.#store, lock.ID)
    this.#world.log.info(`Waiting for the lock: ${describeHolder(lock, holder, this.#world.clock.now())}.`)
  }
}
