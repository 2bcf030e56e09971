/** The cloud's time. All waiting uses it, so that a test can run ten minutes in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch, in the cloud's time. */
  now(): number
  /** Runs `task` once, `ms` of the cloud's time from now. */
  after(ms: number, task: () => void | Promise<void>): Timer
}

export interface Timer {
  cancel(): void
}

/** The machine's clock, `speed` times as fast: at speed 10 an interval of 30 s takes 3 s. */
export class RealClock implements Clock {
  readonly #start = Date.now()
  readonly #speed: number

  constructor(speed = 1) {
    if (!(speed > 0)) throw new RangeError(`speed must be above 0, not ${speed}`)
    this.#speed = speed
  }

  now(): number {
    return this.#start + (Date.now() - this.#start) * this.#speed
  }

  after(ms: number, task: () => void | Promise<void>): Timer {
    const handle = setTimeout(() => void task(), Math.max(0, ms / this.#speed))
    // A pending timer does not keep the process of a closed cloud alive.
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  }
}

interface Due {
  readonly at: number
  readonly order: number
  readonly task: () => void | Promise<void>
}

/** A clock that moves only on `advance`. Tasks run in order of their time, then of their creation. */
export class ManualClock implements Clock {
  #now: number
  #order = 0
  readonly #heap: Due[] = []
  readonly #cancelled = new WeakSet<Due>()

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(ms: number, task: () => void | Promise<void>): Timer {
    const due: Due = { at: this.#now + Math.max(0, ms), order: this.#order++, task }
    push(this.#heap, due)
    return { cancel: () => void this.#cancelled.add(due) }
  }

  /** Moves time forward by `ms` and runs all due tasks, also those that the tasks schedule. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      pop(this.#heap)
      if (this.#cancelled.has(next)) continue
      this.#now = Math.max(this.#now, next.at)
      const running = next.task()
      if (running !== undefined) await running
    }
    this.#now = end
    await settle()
  }
}

/** Runs the continuations of settled promises. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

const before = (a: Due, b: Due) => a.at < b.at || (a.at === b.at && a.order < b.order)

function push(heap: Due[], due: Due): void {
  let i = heap.push(due) - 1
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!before(due, heap[parent] as Due)) break
    heap[i] = heap[parent] as Due
    i = parent
  }
  heap[i] = due
}

function pop(heap: Due[]): void {
  const last = heap.pop() as Due
  if (heap.length === 0) return
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1] as Due, heap[child] as Due)) child += 1
    if (!before(heap[child] as Due, last)) break
    heap[i] = heap[child] as Due
    i = child
  }
  heap[i] = last
}
