// How long a request may take. A connection on which nothing moves ends by the socket's own time-out. A server that sends a byte
// a minute keeps that from ending; so a small answer has a deadline, and a large body has a pace to keep.
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'

export interface Limits {
  /** Milliseconds that nothing may move on a connection. */
  readonly idleMs: number
  /**
   * Milliseconds until the answer to a streamed body, once all of it is sent: a registry may move a large layer to its storage
   * first.
   */
  readonly answerMs: number
  /** Milliseconds from the connection to the end of the answer, unless a body is streamed or the answer may be large. */
  readonly totalMs: number
  /** What has to move, in both directions together, while a body is streamed or an answer that may be large is read. */
  readonly pace: { readonly bytes: number; readonly ms: number }
  /** Of all but `idleMs`. */
  readonly clock: Clock
}

/** What the sender of a streamed body says of it. */
export interface Progress {
  bodySent(): void
  answered(): void
}

type Stop = () => void

/**
 * Fails a request that breaks a limit. The limits begin when it has its connection: until then it waits for others, which may send
 * large layers. `paced`: it streams a body, or its answer may be large.
 */
export function limitRequest(request: ClientRequest, { host }: URL, limits: Limits, paced: boolean): Progress {
  const { answerMs, clock, pace, totalMs } = limits
  let allowedIdleMs = limits.idleMs
  let answer: IncomingMessage | undefined
  let ended = false
  let stop: Stop = () => {}
  // An answer that has begun fails by itself: its request could only break it off.
  const fail = (message: string) =>
    (answer ?? request).destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }))
  const replaceLimit = (begin: () => Stop) => {
    stop()
    if (!ended) stop = begin()
  }
  const within = (ms: number) => () =>
    limitTime(clock, ms, () => fail(`The answer of ${host} did not end within ${ms / 1000} s.`))
  const allowIdle = (ms: number) => {
    allowedIdleMs = ms
    request.setTimeout(ms)
  }
  request.on('timeout', () => fail(`Nothing came from ${host} for ${allowedIdleMs / 1000} s.`))
  request.once('response', (head) => {
    answer = head
  })
  request.once('socket', (socket) => {
    const slow = (bytes: number) =>
      fail(`Only ${bytes} bytes moved between this machine and ${host} in ${pace.ms / 1000} s.`)
    replaceLimit(paced ? () => requirePace(clock, pace, socket, slow) : within(totalMs))
  })
  request.once('close', () => {
    ended = true
    stop()
  })
  return {
    bodySent() {
      allowIdle(answerMs)
      replaceLimit(within(answerMs))
    },
    answered() {
      allowIdle(limits.idleMs)
      replaceLimit(within(totalMs))
    },
  }
}

/** Calls `onLate` after `ms`, unless it is stopped. */
function limitTime(clock: Clock, ms: number, onLate: () => void): Stop {
  const stop = new AbortController()
  clock.sleep(ms, stop.signal).then(onLate, () => {})
  return () => stop.abort()
}

/** Calls `onSlow` when too few bytes moved within a period, unless it is stopped. */
function requirePace(clock: Clock, pace: Limits['pace'], socket: Socket, onSlow: (bytes: number) => void): Stop {
  const stop = new AbortController()
  const watch = async () => {
    for (let before = moved(socket); ; ) {
      await clock.sleep(pace.ms, stop.signal)
      const now = moved(socket)
      if (now - before < pace.bytes) return onSlow(now - before)
      before = now
    }
  }
  watch().catch(() => {})
  return () => stop.abort()
}

const moved = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten
