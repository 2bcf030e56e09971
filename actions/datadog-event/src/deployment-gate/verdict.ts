// The verdict of the step on all evaluations. Pure: it neither asks Datadog nor waits.
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { sentence } from '../../../../toolkit/text/sentence.ts'
import type { DatadogError } from '../api/datadog-error.ts'
import type { GateSubject } from '../inputs/deployment-gate-inputs.ts'
import type { GateVerdict } from '../monitors/gate-result.ts'
import type { EvaluationResult } from './evaluation.ts'

/** One service's evaluation, as far as it is known. */
export interface Evaluated {
  readonly subject: GateSubject
  readonly id?: string
  /** The last that Datadog said. */
  readonly result?: EvaluationResult
  /** Why it could not be started, or read the last time. */
  readonly error?: DatadogError
}

export interface DeploymentVerdict {
  readonly verdict: GateVerdict
  readonly reason: string
  /** Why it is `unknown`. `refused`: Datadog does not accept what was asked. */
  readonly because?: 'no-gate' | 'refused' | 'read-error'
}

/** True while Datadog may still say more: the evaluation was started, and has not ended. */
export const isOpen = ({ id, result, error }: Evaluated): boolean =>
  id !== undefined && result?.status !== 'pass' && result?.status !== 'fail' && !isFinal(result, error)

/** A refusal before Datadog has said anything, such as of a wrong key. Later it may be a passing one. */
const isFinal = (result: EvaluationResult | undefined, error: DatadogError | undefined): boolean =>
  result === undefined && error?.retry === false

/** The service has no gate in Datadog, or one that has no rules. */
export const hasNoGate = ({ id, result, error }: Evaluated): boolean =>
  (id === undefined && error?.status === 404) || (result?.status === 'pass' && result.rules.length === 0)

const isRefused = ({ id, error }: Evaluated): boolean =>
  id === undefined && (error?.status === 400 || error?.status === 422)

/** The verdict; `undefined` while it is open. `ended`: the time to wait is over. */
export function deploymentVerdict(
  all: readonly Evaluated[],
  elapsedMs: number,
  ended: boolean,
): DeploymentVerdict | undefined {
  const failed = all.filter(({ result }) => result?.status === 'fail')
  if (failed.length > 0) return { verdict: 'fail', reason: failed.map(failure).join(' ') }
  const refused = all.filter(isRefused)
  if (refused.length > 0) return unknown('refused', refused.map(problem))
  if (!ended && all.some(isOpen)) return undefined
  const open = all.filter(isOpen).map((one) => unfinished(one, elapsedMs))
  const unread = all.filter((one) => one.error !== undefined && !isOpen(one) && !hasNoGate(one)).map(problem)
  const none = all.filter(hasNoGate).map(noGate)
  if (open.length + unread.length > 0) return unknown('read-error', [...open, ...unread, ...none])
  if (none.length > 0) return unknown('no-gate', none)
  const dry = all.filter(({ result }) => result?.dryRun)
  const trial = dry.length === 0 ? '' : ` In dry run, so Datadog passes whatever it finds: ${names(dry)}.`
  return {
    verdict: 'pass',
    reason: `Datadog passed the deployment ${all.length === 1 ? 'gate' : 'gates'} of ${names(all)}.${trial}`,
  }
}

const unknown = (because: 'no-gate' | 'refused' | 'read-error', reasons: readonly string[]): DeploymentVerdict => ({
  verdict: 'unknown',
  reason: reasons.join(' '),
  because,
})

const names = (all: readonly Evaluated[]) => all.map(({ subject }) => `\`${subject.service}\``).join(', ')

function failure({ subject, result }: Evaluated): string {
  const rules = (result?.rules ?? []).filter(({ status, dryRun }) => status === 'fail' && !dryRun)
  const why = rules.map(({ name, reason }) => `“${name}”${reason === undefined ? '' : `: ${reason}`}`).join('; ')
  return sentence(`Datadog failed the deployment gate of \`${subject.service}\`${why === '' ? '' : `, rule ${why}`}`)
}

const problem = ({ subject, error }: Evaluated) =>
  sentence(error?.message ?? `\`${subject.service}\` was not evaluated`)

const noGate = ({ subject: { service, env }, id, error }: Evaluated) =>
  id === undefined
    ? sentence(error?.message ?? `\`${service}\` has no deployment gate in \`${env}\``)
    : `The deployment gate of \`${service}\` in \`${env}\` has no rules.`

function unfinished({ subject, result, error }: Evaluated, elapsedMs: number): string {
  const rules = result?.rules ?? []
  const done = rules.filter(({ status }) => status !== 'in_progress').length
  const odd = result === undefined || result.status === 'in_progress' ? '' : `, in the status \`${result.status}\``
  const read = error === undefined ? '' : ` ${sentence(error.message)}`
  return `The evaluation of \`${subject.service}\` did not end within ${formatDuration(elapsedMs)} (${done} of ${rules.length} rules are decided${odd}).${read}`
}
