// Verdicts that do not follow from watching a rollout: it was not watched, not started, cancelled, or rolled back by this run.
import { sentence } from '../../../../toolkit/text/sentence.ts'
import { revisionName } from '../aws/short-names.ts'
import type { Verdict } from './verdict.ts'

/** The text of an error in its parts: what happened, what follows, and what to do. */
function partsOf(error: string): { readonly what: string; readonly more: readonly string[]; readonly next?: string } {
  const lines = error.split('\n')
  const next = lines.findLast((line) => line.startsWith('Next: '))
  const [what = '', ...more] = lines.filter((line) => line !== next)
  return { what: sentence(what), more, ...(next === undefined ? {} : { next: next.slice('Next: '.length) }) }
}

const nextOf = (next: string | undefined): Pick<Verdict, 'next'> => (next === undefined ? {} : { next })

/** The verdict on a cancelled run. `left`: the state of the service, in a sentence. */
export const cancelled = (left: string): Verdict => ({
  status: 'cancelled',
  reason: `The run was cancelled. ${left}`,
  evidence: [],
})

/** The verdict with `wait-for: none`. `isNew`: whether the update started a deployment. */
export const notWaitedFor = (isNew = true): Verdict => ({
  status: 'succeeded',
  reason: isNew
    ? 'The deployment was started. This run did not wait for it (`wait-for: none`).'
    : 'No deployment was started: the service runs this revision already. Its health was not checked (`wait-for: none`).',
  evidence: [],
})

/** The verdict after `before-deploy-command` failed. */
export function beforeDeployTaskFailed(error: string): Verdict {
  const { what, more, next } = partsOf(error)
  return { status: 'failed', reason: `${what} Nothing was deployed.`, evidence: more, ...nextOf(next) }
}

/** The verdict on a deploy that `on-conflict` stopped. `changes`: the other deployments, a sentence each. */
export const deployConflict = (changes: readonly string[]): Verdict => ({
  status: 'failed',
  reason:
    'Somebody else deployed after this deploy was planned, so nothing was deployed: it does not contain their changes.',
  evidence: changes,
  next: 'Run the job again, or set `on-conflict: supersede` to deploy over it.',
})

/** The verdict on a service that could not be updated. */
export function notStarted(error: string): Verdict {
  const { what, more, next } = partsOf(error)
  return { status: 'failed', reason: what, evidence: more, outcomeUnknown: true, ...nextOf(next) }
}

/** The verdict on a deploy whose status can no longer be read. */
export function outcomeUnknown(error: string): Verdict {
  const { what, more, next = '' } = partsOf(error)
  return {
    status: 'failed',
    reason: unreadable('The deployment', what),
    evidence: more,
    next: `ECS goes on with the deployment: look at the service in the console. ${next}`.trim(),
    outcomeUnknown: true,
    error: what,
  }
}

const unreadable = (what: string, error: string): string =>
  `${what} was started, but its status can no longer be read; how it ends is not known. ${error}`.trim()

/** The result of stopping a deployment with `on-failure: stop`. */
export type StopResult =
  | { readonly kind: 'stopped' }
  /** Its service deployment could not be read, so there is no ARN to stop it by. */
  | { readonly kind: 'unknown' }
  /** ECS had ended it before, with this status. */
  | { readonly kind: 'ended'; readonly status: string }
  /** ECS refused, with this error message. */
  | { readonly kind: 'refused'; readonly refusal: string }

/** The verdict after `on-failure: stop`. */
export function stopped(first: Verdict, result: StopResult): Verdict {
  const evidence =
    result.kind === 'ended'
      ? [`Service deployment ${result.status}`]
      : result.kind === 'refused'
        ? result.refusal.split('\n')
        : []
  return {
    ...first,
    reason: `${first.reason} ${STOPPED[result.kind]}`,
    evidence: [...first.evidence, ...evidence],
  }
}

const STOPPED = {
  stopped: 'The deployment was stopped and left as it is.',
  refused: 'ECS refused to stop the deployment, which continues: check the service.',
  unknown: 'It could not be stopped, as its service deployment could not be read: check the service.',
  ended: 'ECS had already ended the deployment, so it was not stopped.',
}

/** The verdict on a deployment that could not be rolled back. */
export function notRolledBack(first: Verdict, why: string): Verdict {
  const { what, more, next } = partsOf(why)
  const reason = `${first.reason} It was not rolled back: ${what}`
  return { ...first, reason, evidence: [...first.evidence, ...more], ...nextOf(next) }
}

/** The verdict on a deployment that this run did not start, and so does not roll back. */
export const nothingToRollBack = (first: Verdict): Verdict => ({
  ...first,
  reason: `${first.reason} This run started no deployment, so there is none to roll back.`,
})

/** The cause of the first verdict, where it is known. */
const causeOf = ({ cause }: Verdict): Pick<Verdict, 'cause'> => (cause === undefined ? {} : { cause })

/** The verdict after a rollback by this run: the reason begins with why it was needed. */
export function afterRollback(first: Verdict, rollback: Verdict, to: string): Verdict {
  if (rollback.status === 'succeeded') {
    return {
      status: 'rolled-back',
      reason: `${first.reason} Rolled back to ${revisionName(to)}, which is healthy.`,
      evidence: [...first.evidence, ...rollback.evidence.map((line) => `After the rollback: ${line}`)],
      ...causeOf(first),
    }
  }
  return {
    ...causeOf(first),
    status: 'failed',
    reason:
      rollback.outcomeUnknown === true
        ? `${first.reason} ${unreadable(`The rollback to ${revisionName(to)}`, rollback.error ?? '')}`
        : `${first.reason} The rollback to ${revisionName(to)} did not succeed either: ${rollback.reason}`,
    evidence: [...first.evidence, ...rollback.evidence],
    ...nextOf(rollback.next),
  }
}

/** The verdict after a rollback that ECS started and called complete. `back`: what verifying it found. */
export const afterEcsRollback = (first: Verdict, back: Verdict, to: string): Verdict => ({
  ...causeOf(first),
  status: back.status === 'succeeded' ? 'rolled-back' : 'failed',
  reason:
    back.status === 'succeeded'
      ? `${first.reason} ${revisionName(to)} is healthy.`
      : `${first.reason} But the rollback to ${revisionName(to)} is not complete. ${back.reason}`,
  evidence: [...first.evidence, ...back.evidence.map((line) => `After the rollback: ${line}`)],
})

/** The verdict on a first deploy that failed, after the service was scaled to zero. */
export const afterScaleToZero = (first: Verdict, emptying: Verdict): Verdict => ({
  ...first,
  reason:
    emptying.status === 'succeeded'
      ? `${first.reason} Nothing ran before, so the service was scaled to zero.`
      : `${first.reason} Nothing ran before, and scaling the service to zero did not succeed: ${emptying.reason}`,
})
