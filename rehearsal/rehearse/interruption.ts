// Ctrl-C and `kill`: the rehearsal ends what it does and still tidies up.
export interface Interruption {
  readonly signal: AbortSignal
  /** The exit code that shells give a process that this signal ended; `undefined` while nothing came. */
  code(): number | undefined
  /** Resolves when the first signal came. */
  readonly came: Promise<void>
}

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Listens from now on. Further signals change nothing: tidying up has a bound of its own, and npm sends each twice. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  let code: number | undefined
  const came = new Promise<void>((resolve) => {
    for (const [name, number] of Object.entries(codes)) {
      process.on(name, () => {
        code ??= number
        controller.abort()
        resolve()
      })
    }
  })
  return { signal: controller.signal, code: () => code, came }
}
