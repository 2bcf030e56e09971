import type { AwsCalls } from './aws-calls.ts'
import { type LogStream, logStreamOf, readLog } from './container-log.ts'
import type { Diagnosis } from './diagnosis.ts'
import { shortTask } from './health.ts'
import type { Registration } from './registration.ts'

/** The end of the log of a container that failed. */
export interface FailedLog extends LogStream {
  readonly container: string
  readonly lines: readonly string[]
  /** Why there are none. */
  readonly missing?: string
}

const MOST_LOGS = 3
const LINES = 25

/** Reads the last lines of one failed container for each reason. A log that cannot be read is told, and changes nothing. */
export async function readFailedLogs(
  aws: AwsCalls,
  { stops }: Diagnosis,
  registration: Registration,
): Promise<readonly FailedLog[]> {
  const wanted = stops.slice(0, MOST_LOGS).flatMap(({ stop, tasks }) => {
    const task = tasks.at(-1)
    const container = registration.containerDefinitions.find(
      ({ name }) => name === (stop.container ?? registration.containerDefinitions[0]?.name),
    )
    if (task === undefined || container?.name === undefined || stop.kind === 'image') return []
    const stream = logStreamOf(container, shortTask(task), task.split(':')[3] ?? '')
    return stream === undefined ? [] : [{ ...stream, container: container.name }]
  })
  return Promise.all(
    wanted.map(async (stream) => {
      try {
        return { ...stream, lines: (await readLog(aws, stream, { limit: LINES })).lines }
      } catch (error) {
        return { ...stream, lines: [], missing: error instanceof Error ? error.message : String(error) }
      }
    }),
  )
}
