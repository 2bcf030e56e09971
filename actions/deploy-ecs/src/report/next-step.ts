import type { Cause } from '../watch/cause.ts'
import { checkHint } from './check-hints.ts'
import { eventHint } from './event-hints.ts'
import { hintFor } from './stop-hints.ts'

/** What to do about the cause of a failure; `undefined` where the cause is not known. */
export function nextStep(cause: Cause | undefined): string | undefined {
  if (cause?.event !== undefined) return eventHint(cause.event)
  if (cause?.check !== undefined) return checkHint(cause.check)
  if (cause?.stop !== undefined) return hintFor(cause.stop)
  return cause?.alarms === undefined
    ? undefined
    : 'Look in CloudWatch at what the alarm measures. ECS ignores an alarm that is still in ALARM when the next deployment starts.'
}
