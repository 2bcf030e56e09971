export interface Interruption {
  readonly signal: AbortSignal
  /** The shell's exit code for the signal. `undefined` without a signal. */
  code(): number | undefined
  /** Resolves at the first signal. */
  readonly interrupted: Promise<void>
}

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/**
 * Listens for SIGINT, SIGTERM and SIGHUP. Only the first signal counts: the cleanup has its own time-out, and npm sends
 * each signal twice.
 */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  let code: number | undefined
  const interrupted = new Promise<void>((resolve) => {
    for (const [name, number] of Object.entries(codes)) {
      process.on(name, () => {
        code ??= number
        controller.abort()
        resolve()
      })
    }
  })
  return { signal: controller.signal, code: () => code, interrupted }
}
