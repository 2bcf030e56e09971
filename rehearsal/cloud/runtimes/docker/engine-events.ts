import type { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { RUN_LABEL } from './labels.ts'

export type EngineEvent =
  | { readonly kind: 'died'; readonly exitCode: number }
  /** The kernel killed a process because memory ran out. The engine sends this before or after the end of the container. */
  | { readonly kind: 'out-of-memory' }
  | { readonly kind: 'health'; readonly status: 'HEALTHY' | 'UNHEALTHY' }

/** Reads the engine's events of one cloud's containers, in one stream. */
export class EngineEvents {
  readonly #listeners = new Map<string, (event: EngineEvent) => void>()
  #stream: Readable | undefined

  async open(engine: Docker, runId: string): Promise<void> {
    const stream = await eventStream(engine, {
      type: ['container'],
      label: [`${RUN_LABEL}=${runId}`],
      event: ['die', 'oom', 'health_status'],
    })
    this.#stream = stream
    let rest = ''
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') this.#heard(JSON.parse(line))
    })
    // The stream ends when the engine does. The calls of the tasks report that with an error.
    stream.on('error', () => undefined)
  }

  close(): void {
    this.#stream?.destroy()
    this.#listeners.clear()
  }

  on(containerId: string, listener: (event: EngineEvent) => void): void {
    this.#listeners.set(containerId, listener)
  }

  off(containerId: string): void {
    this.#listeners.delete(containerId)
  }

  #heard(message: { Action?: string; Actor?: { ID?: string; Attributes?: Record<string, string> } }): void {
    const { Action = '', Actor: { ID = '', Attributes = {} } = {} } = message
    const listener = this.#listeners.get(ID)
    if (Action === 'die') listener?.({ kind: 'died', exitCode: Number(Attributes['exitCode'] ?? 0) })
    if (Action === 'oom') listener?.({ kind: 'out-of-memory' })
    if (Action === 'health_status: healthy') listener?.({ kind: 'health', status: 'HEALTHY' })
    if (Action === 'health_status: unhealthy') listener?.({ kind: 'health', status: 'UNHEALTHY' })
  }
}

/** dockerode's types have neither the promise nor all kinds of events. */
const eventStream = (engine: Docker, filters: Readonly<Record<string, readonly string[]>>): Promise<Readable> =>
  engine.getEvents({ filters } as object) as unknown as Promise<Readable>
