import { hostname } from 'node:os'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { StateStore } from '../state/state-store.ts'
import type { StreamEvent } from '../terraform/json-events.ts'
import { identify } from '../terraform/process-identity.ts'
import {
  describeHolder,
  HOLDER,
  type Holder,
  type HolderProcess,
  holderOf,
  type Lock,
  readHolder,
  readLock,
} from './lock.ts'

/**
 * What Terraform says while it holds the lock, and will for a while. Others come before it; the changes that it plans, and the
 * outputs of an apply, as it lets go.
 */
const WHILE_LOCKED = /^(?:refresh|apply|provision|ephemeral_op)_/

/** A lock that is let go sooner is nobody's trouble, and to name its holder takes about as long. */
const GRACE_MS = 250

/** The runs that were told why their holder cannot be noted: once is enough for a plan and its apply. */
const TOLD = new WeakSet<World>()

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

type NotedHolder = Omit<Holder, 'process'> & { readonly process: HolderProcess | undefined }

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
  readonly #over = new AbortController()
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
    const runner = this.#world.env['RUNNER_ENVIRONMENT']
    const identity = identify(pid) ?? ''
    this.#process = { host: hostname(), pid, identity, ...(runner === undefined ? {} : { runner }) }
  }

  see({ type, '@timestamp': at }: StreamEvent): void {
    if (this.#store === undefined) return
    if (type === 'state_lock_acquire' && !this.#waited) {
      this.#waited = true
      this.#aside(() => this.#sayHolder())
    } else if (WHILE_LOCKED.test(type) && !this.#noted) {
      this.#noted = true
      this.#aside(() => this.#noteHolder(Date.parse(at)).catch((error) => this.#sayNotNoted(error)))
    }
  }

  /** Told once Terraform has ended. Waits for what is still under way. */
  async settle(): Promise<void> {
    this.#over.abort()
    await Promise.all(this.#pending)
  }

  #aside(task: () => Promise<void>): void {
    this.#pending.push(task().catch((error) => this.#world.log.debug(`About the lock: ${error}`)))
  }

  async #noteHolder(at: number): Promise<void> {
    const store = this.#store
    // Outside a workflow run there is nobody to name.
    if (store === undefined || readWorkflowRun(this.#world.env).id === '') return
    if (await this.#isOverWithin(GRACE_MS)) return
    // In this order, and written only over this very note: a short operation may be over by now, the lock another one's,
    // and so the note.
    const before = await store.look(HOLDER)
    const lock = await readLock(store)
    const held = { operation: this.#operation, host: hostname(), since: this.#since, at }
    if (lock === undefined || !isOurs(lock, held)) return
    const note = JSON.stringify({ ...holderOf(lock.ID, this.#world), process: this.#process } satisfies NotedHolder)
    await (before === undefined ? store.create(HOLDER, note) : store.replace(HOLDER, note, before.etag))
  }

  /** By its name only: what else an error says may be more than a log should have. */
  #sayNotNoted(error: Error): never {
    if (!TOLD.has(this.#world)) {
      TOLD.add(this.#world)
      const { name } = error.cause instanceof Error ? error.cause : error
      this.#world.log.info(
        `Could not note beside the state who holds its lock (${name}). The lock works all the same; others that wait for it are not told for whom.`,
      )
    }
    throw error
  }

  async #isOverWithin(ms: number): Promise<boolean> {
    await this.#world.clock.sleep(ms, this.#over.signal).catch(() => {})
    return this.#over.signal.aborted
  }

  async #sayHolder(): Promise<void> {
    const lock = this.#store && (await readLock(this.#store))
    if (this.#store === undefined || lock === undefined) return
    const holder = await readHolder(this.#store, lock.ID)
    this.#world.log.info(`Waiting for the lock: ${describeHolder(lock, holder, this.#world.clock.now())}.`)
  }
}
