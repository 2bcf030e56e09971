import { RealClock } from '../cloud/kernel/clock.ts'
import { onParentEnd } from '../cloud/kernel/parent.ts'
import { StopRequests } from '../cloud/kernel/stop-requests.ts'

export interface Interruption {
  readonly signal: AbortSignal
  /** The shell's exit code for the signal, that of SIGHUP if the parent process has ended. `undefined` without either. */
  code(): number | undefined
  /** Resolves at the first signal, or when the parent process has ended. */
  readonly interrupted: Promise<void>
}

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/**
 * Listens for SIGINT, SIGTERM and SIGHUP, and for the end of the parent process. The first one interrupts: what runs is stopped
 * and removed, each with its own time-out. A later signal ends this process at once. `left` says then what stays.
 */
export function listenForInterruption(left: string): Interruption {
  const controller = new AbortController()
  const stop = new StopRequests(new RealClock())
  let code: number | undefined
  for (const [name, number] of Object.entries(codes)) {
    process.on(name, () => {
      code ??= number
      stop.signal(name)
    })
  }
  onParentEnd(() => {
    code ??= codes.SIGHUP
    stop.request('The parent process has ended')
  })
  // The reader of the output may have ended. What this process has made is removed nevertheless.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  stop.hurry.addEventListener('abort', () => {
    console.error(`\nInterrupted again. ${left}`)
    process.exit(code)
  })
  const interrupted = stop.first.then(() => controller.abort())
  return { signal: controller.signal, code: () => code, interrupted }
}
