import { errorMessage } from '../../../../toolkit/errors.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { regionOf, taskId } from '../aws/short-names.ts'
import type { ShowContainerLogs } from '../inputs/inputs.ts'
import { type LogStream, logStreamOf, readLog } from '../logs/container-log.ts'
import type { LogView } from '../logs/task-log.ts'
import type { StopKind } from '../observe/stopped-task.ts'
import type { Registration } from '../task-definition/registration.ts'
import type { Diagnosis } from './diagnosis.ts'

/** The last lines of the log of a container that failed. */
export interface FailedLog extends LogStream {
  readonly container: string
  readonly lines: readonly string[]
  /** Why the log could not be read. */
  readonly missing?: string
  /** Set where its lines must not stand in the job summary. */
  readonly hidden?: Exclude<ShowContainerLogs, 'summary'>
}

/** No container of such a task has run, so there is no log. */
const WITHOUT_LOG: ReadonlySet<StopKind> = new Set(['image', 'initialisation', 'not-started'])
const MOST_LOGS = 5
const LINES = 25

/** Reads the logs of the containers that failed, of one task for each reason. Never throws: an error is in `missing`. */
export async function readFailedLogs(
  aws: AwsCalls,
  { stops }: Diagnosis,
  { containerDefinitions }: Registration,
  { show, scrub }: LogView,
): Promise<readonly FailedLog[]> {
  const wanted = stops.flatMap(({ stop, tasks, failed }) => {
    const task = tasks.at(-1)
    if (task === undefined || WITHOUT_LOG.has(stop.kind)) return []
    const names = failed.length > 0 ? failed : containerDefinitions.slice(0, 1).flatMap(({ name }) => name ?? [])
    return names.flatMap((container) => {
      const definition = containerDefinitions.find(({ name }) => name === container)
      const stream = definition && logStreamOf(definition, taskId(task), regionOf(task))
      return stream === undefined ? [] : [{ ...stream, container }]
    })
  })
  return Promise.all(
    wanted.slice(0, MOST_LOGS).map(async (found) => {
      const stream = show === 'summary' ? found : { ...found, hidden: show }
      if (show === 'never') return { ...stream, lines: [] }
      try {
        return { ...stream, lines: (await readLog(aws, stream, { limit: LINES })).lines.map(scrub) }
      } catch (error) {
        return { ...stream, lines: [], missing: errorMessage(error) }
      }
    }),
  )
}
