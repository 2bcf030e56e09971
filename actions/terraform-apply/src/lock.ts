import { hostname } from 'node:os'
import { formatDuration } from '../../../toolkit/duration.ts'
import { SlipwayError } from '../../../toolkit/errors.ts'
import { readRun } from '../../../toolkit/github.ts'
import type { World } from '../../../toolkit/runtime.ts'
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

export const writeHolder = (store: StateStore, lockId: string, world: World): Promise<void> =>
  store.write(HOLDER, JSON.stringify(holderOf(lockId, world)))

function holderOf(lockId: string, { env }: World): Holder {
  const { repository, id, attempt, url, actor } = readRun(env)
  return { lockId, repository, runId: id, attempt, runUrl: url, actor }
}

/** Events that come before the lock is held, or say nothing about it. */
const BEFORE_LOCK = new Set(['version', 'log', 'diagnostic', 'init_output', 'state_lock_acquire', 'state_lock_release'])

/**
 * Watches what Terraform says: once it holds the lock, writes down for which run; when it has to wait, says for whom. Both
 * beside the work, which they neither delay nor fail.
 */
export class LockWatch {
  readonly #store: StateStore | undefined
  readonly #world: World
  readonly #since: number
  readonly #pending: Promise<void>[] = []
  #noted = false
  #waited = false

  constructor(store: StateStore | undefined, world: World) {
    this.#store = store
    this.#world = world
    this.#since = world.clock.now()
  }

  see({ type }: StreamEvent): void {
    if (this.#store === undefined) return
    if (type === 'state_lock_acquire' && !this.#waited) {
      this.#waited = true
      this.#aside(() => this.#sayHolder())
    } else if (!BEFORE_LOCK.has(type) && !this.#noted) {
      this.#noted = true
      this.#aside(() => this.#noteHolder())
    }
  }

  /** Waits for what is still under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending)
  }

  #aside(task: () => Promise<void>): void {
    this.#pending.push(task().catch((error) => this.#world.log.debug(`About the lock: ${error}`)))
  }

  async #noteHolder(): Promise<void> {
    if (this.#store === undefined || readRun(this.#world.env).id === '') return
    const lock = await readLock(this.#store)
    // A short operation may be over by now, and the lock another one's.
    const ours = lock?.Who.endsWith(`@${hostname()}`) && Date.parse(lock.Created) >= this.#since
    if (lock !== undefined && ours) await writeHolder(this.#store, lock.ID, this.#world)
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
