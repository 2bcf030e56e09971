// What to do after a deploy that did not succeed.
import type { VerdictName } from '../../../../toolkit/deploy-record.ts'
import type { Cause } from '../watch/cause.ts'
import type { Verdict } from '../watch/verdict.ts'
import { checkHint } from './check-hints.ts'
import { eventHint } from './event-hints.ts'
import { hintFor } from './stop-hints.ts'

/** What to do: what an error says, else about the cause; `undefined` where neither is known. */
export const nextStep = ({ next, cause }: Pick<Verdict, 'next' | 'cause'>): string | undefined => next ?? ofCause(cause)

function ofCause(cause: Cause | undefined): string | undefined {
  if (cause?.event !== undefined) return eventHint(cause.event)
  if (cause?.check !== undefined) return checkHint(cause.check)
  if (cause?.stop !== undefined) return hintFor(cause.stop)
  return cause?.alarms === undefined
    ? undefined
    : 'Look in CloudWatch at what the alarm measures. ECS ignores an alarm that is still in ALARM when the next deployment starts.'
}

/** What to do by the verdict alone. */
export const STEPS: Readonly<Partial<Record<VerdictName, string>>> = {
  'timed-out': 'If the service only needs longer, raise `timeout`.',
  superseded: 'Use `concurrency:` in the workflow, so that deploys of one service do not overlap.',
  cancelled: 'Run the job again to deploy.',
}

/** Where to look, for those who read an annotation. */
export const POINTERS: Readonly<Partial<Record<VerdictName, string>>> = {
  failed: "The job summary shows the tasks that stopped, their logs and the service's events.",
  'rolled-back': 'The service runs the revision from before the deploy. The job summary shows why.',
  'timed-out': 'The job summary shows what was missing.',
}
