import type { Readable } from 'node:stream'
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import type Docker from 'dockerode'
import type { TaskRequest } from '../runtime.ts'
import type { LogEvent, LogSink, LogStream } from './logs-and-secrets.ts'

const FLUSH_AFTER_MS = 500
const FLUSH_AT_EVENTS = 1_000

/** The log stream of a container with the awslogs driver; `undefined` for other drivers. */
export function streamOf(
  task: TaskRequest,
  { name = '', logConfiguration }: ContainerDefinition,
): LogStream | undefined {
  const group = logConfiguration?.options?.['awslogs-group']
  if (logConfiguration?.logDriver !== 'awslogs' || group === undefined) return undefined
  const prefix = logConfiguration.options?.['awslogs-stream-prefix']
  return { group, stream: prefix === undefined ? `${name}/${task.taskId}` : `${prefix}/${name}/${task.taskId}` }
}

export const createsGroup = ({ logConfiguration }: ContainerDefinition): boolean =>
  logConfiguration?.options?.['awslogs-create-group'] === 'true'

/** Sends a container's output to the sink, line by line, until it ends. */
export async function shipLogs(
  container: Docker.Container,
  task: TaskRequest,
  stream: LogStream,
  sink: LogSink,
): Promise<void> {
  const output = (await container.logs({ follow: true, stdout: true, stderr: true, timestamps: true })) as Readable
  let waiting: LogEvent[] = []
  let sent = Promise.resolve()
  const flush = () => {
    if (waiting.length === 0) return
    const events = waiting
    waiting = []
    // A failing log sink must not stop a task.
    sent = sent.then(() => sink.write(task.scope, stream, events)).catch(() => undefined)
  }
  const timer = setInterval(flush, FLUSH_AFTER_MS)
  const frames = new Frames()
  output.on('data', (chunk: Buffer) => {
    for (const line of frames.push(chunk)) waiting.push(eventOf(line))
    if (waiting.length >= FLUSH_AT_EVENTS) flush()
  })
  await new Promise<void>((resolve) =>
    output
      .on('close', resolve)
      .on('end', resolve)
      .on('error', () => resolve()),
  )
  clearInterval(timer)
  flush()
  await sent
}

/** Reads Docker's multiplexed stream: eight bytes of header, then as many bytes of text as the header says. */
export class Frames {
  #rest: Buffer = Buffer.alloc(0)
  #line = ''

  push(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const lines: string[] = []
    while (this.#rest.length >= 8) {
      const size = this.#rest.readUInt32BE(4)
      if (this.#rest.length < 8 + size) break
      const parts = (this.#line + this.#rest.toString('utf8', 8, 8 + size)).split('\n')
      this.#line = parts.pop() ?? ''
      lines.push(...parts)
      this.#rest = this.#rest.subarray(8 + size)
    }
    return lines
  }
}

/** Docker puts the time before each line. */
function eventOf(line: string): LogEvent {
  const space = line.indexOf(' ')
  const timestamp = Date.parse(line.slice(0, space))
  if (space < 0 || Number.isNaN(timestamp)) return { timestamp: Date.now(), message: line }
  return { timestamp, message: line.slice(space + 1) }
}
