// Verdicts that no observation of a rollout gives: it was not watched, not started, cut short, or taken back by us.

import { revisionName } from '../aws/short-names.ts'
import type { Verdict } from './verdict.ts'
/** The verdict on a run that was cancelled. `left` says how the service was left. */
export const cancelled = (left: string): Verdict => ({
  status: 'cancelled',
  reason: `The run was cancelled. ${left}`,
  evidence: [],
})

/** The verdict on a deploy that nobody waited for. */
export const notWaitedFor = (): Verdict => ({
  status: 'succeeded',
  reason: 'The deployment was started, and not waited for (`wait-for: none`).',
  evidence: [],
})

/** The verdict on a deploy whose first task failed. */
export const beforeDeployTaskFailed = (error: string): Verdict => ({
  status: 'failed',
  reason: 'The task before the deploy failed, so nothing was deployed.',
  evidence: error.split('\n'),
})

/** The verdict on a deploy that was made for services as they no longer are. `changes` says what was done to them. */
export const deployConflict = (changes: readonly string[]): Verdict => ({
  status: 'failed',
  reason:
    'Somebody else deployed while this deploy was being made ready, so nothing was deployed: it does not know of their changes.',
  evidence: [...changes, 'Run the job again, or set `on-conflict: supersede` to deploy over it.'],
})

/** The verdict on a service that could not be updated. */
export const notStarted = (error: string): Verdict => ({
  status: 'failed',
  reason: 'The service could not be updated.',
  evidence: [error],
  outcomeUnknown: true,
})

/** The verdict on a deploy that could no longer be seen. */
export const outcomeUnknown = (error: string): Verdict => ({
  status: 'failed',
  reason: 'The deployment was started, but can no longer be seen; how it ends is not known.',
  evidence: [error],
  outcomeUnknown: true,
})

/** The result of stopping a deployment with `on-failure: stop`. */
export type StopResult =
  | { readonly kind: 'stopped' }
  /** Its service deployment could not be read, so there is no ARN to stop it by. */
  | { readonly kind: 'unknown' }
  /** ECS had ended it before, with this status. */
  | { readonly kind: 'ended'; readonly status: string }
  /** ECS refused, with this error message. */
  | { readonly kind: 'refused'; readonly refusal: string }

/** The verdict on a deployment that was to be stopped where it stood. */
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
  stopped: 'The deployment was stopped where it stood.',
  refused: 'ECS would not stop the deployment, which goes on: look at the service.',
  unknown: 'It could not be stopped, as its service deployment could not be read: look at the service.',
  ended: 'ECS had ended the deployment already: there was nothing left to stop.',
}

/** The verdict on a deployment that could not be taken back. */
export const notRolledBack = (first: Verdict, why: string): Verdict => ({
  ...first,
  reason: `${first.reason} It was not rolled back: ${why}`,
})

/** The verdict on a deployment that was there before, and that is not ours to take back. */
export const nothingToRollBack = (first: Verdict): Verdict => ({
  ...first,
  reason: `${first.reason} This run started no deployment, so there is none to take back.`,
})

/** The verdict after a rollback of ours: what happened first stays the reason. */
export function afterRollback(first: Verdict, rollback: Verdict, to: string): Verdict {
  if (rollback.status === 'succeeded') {
    return {
      status: 'rolled-back',
      reason: `${first.reason} Rolled back to ${revisionName(to)}, which is healthy.`,
      evidence: [...first.evidence, ...rollback.evidence.map((line) => `After the rollback: ${line}`)],
    }
  }
  return {
    status: 'failed',
    reason:
      rollback.outcomeUnknown === true
        ? `${first.reason} The rollback to ${revisionName(to)} was started, but can no longer be seen; how it ends is not known.`
        : `${first.reason} The rollback to ${revisionName(to)} did not succeed either: ${rollback.reason}`,
    evidence: [...first.evidence, ...rollback.evidence],
  }
}

/** The verdict after a rollback of ECS's own, which called it complete; `back` is what we found. */
export const afterEcsRollback = (first: Verdict, back: Verdict, to: string): Verdict => ({
  status: back.status === 'succeeded' ? 'rolled-back' : 'failed',
  reason:
    back.status === 'succeeded'
      ? `${first.reason} ${revisionName(to)} is healthy.`
      : `${first.reason} But ${revisionName(to)} is not back as it was. ${back.reason}`,
  evidence: [...first.evidence, ...back.evidence.map((line) => `After the rollback: ${line}`)],
})

/** The verdict on a first deploy that failed, after the service was set back to no tasks. */
export const afterScaleToZero = (first: Verdict, emptying: Verdict): Verdict => ({
  ...first,
  reason:
    emptying.status === 'succeeded'
      ? `${first.reason} Nothing ran before, so the service was scaled to zero.`
      : `${first.reason} Nothing ran before, and scaling the service to zero did not succeed: ${emptying.reason}`,
})
