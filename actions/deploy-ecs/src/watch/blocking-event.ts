// The events in which ECS says that it cannot go on with a deployment. No other answer of ECS has them. Pure.
import { eventsSince, type FollowedDeployment, ownDeployment } from '../observe/deployment.ts'
import type { Observation } from '../observe/model.ts'
import { wantedTasks } from '../observe/progress.ts'

const BLOCKING =
  /unable to place a task|already using a port|unable to stop or start tasks|failed to launch a task|failed to register targets|unable to (?:scale|assume)|operations are being throttled/i
const STARTED = /\) has started \d+ tasks/

/** The newest event that says what ECS cannot do, without the service's name; `undefined` where tasks were started since. */
export function blockingEvent(followed: FollowedDeployment, latest: Observation): string | undefined {
  const events = eventsSince(followed, latest)
  const newest = events.findLast(({ message }) => BLOCKING.test(message))
  if (newest === undefined) return undefined
  if (events.some(({ at, message }) => at > newest.at && STARTED.test(message))) return undefined
  const own = ownDeployment(followed, latest.service)
  const isPlaced =
    own !== undefined &&
    latest.service !== undefined &&
    own.runningCount + own.pendingCount >= wantedTasks(own, latest.service)
  return isPlaced ? undefined : inShort(newest.message)
}

/** `was unable to place a task. Reason: …`: without what each such event has, and with short ids. */
const inShort = (message: string): string =>
  message
    .replace(/^\(service [^)]*\)\s*/, '')
    .replace(/\s*For more information, see the Troubleshooting section.*$/, '')
    .replace(/\b([0-9a-f]{8})[0-9a-f]{24}\b/g, '$1')
