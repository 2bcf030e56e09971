import { describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import type { Datadog } from '../api/client.ts'
import { DatadogError } from '../api/datadog-error.ts'
import { showRequest } from '../api/show-request.ts'
import type { DeploymentGateInputs } from '../inputs/deployment-gate-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import { evaluationRequest, readEvaluation, startEvaluation } from './evaluation.ts'
import { deploymentGateSummary } from './summary.ts'
import { type DeploymentVerdict, deploymentVerdict, type Evaluated, isOpen } from './verdict.ts'

type AllInputs = CommonInputs & DeploymentGateInputs

/** `command: deployment-gate`. Has Datadog evaluate the deployment gate of each service, and fails the step when one fails. */
export async function deploymentGate(inputs: AllInputs, datadog: Datadog, world: World): Promise<void> {
  const { step, log } = world
  if (inputs.dryRun) return showRequests(inputs, datadog, world)
  const { verdict, all } = await evaluate(inputs, datadog, world)
  step.output('verdict', verdict.verdict)
  step.output('reason', verdict.reason)
  step.output('evaluations', all.map(asOutput))
  step.summary(deploymentGateSummary(verdict, all))
  log.info(`Verdict: ${verdict.verdict}. ${verdict.reason}`)
  if (verdict.verdict === 'pass') return
  const error = gateError(verdict, all)
  if (severityOf(verdict, inputs) === 'fail') throw error
  log.warning(describeError(error), { title: 'Datadog' })
}

interface Ended {
  readonly verdict: DeploymentVerdict
  readonly all: readonly Evaluated[]
}

/** Starts all evaluations, then polls those that are open, at the latest when the time to wait is over. */
async function evaluate(inputs: AllInputs, datadog: Datadog, { clock, signal, log }: World): Promise<Ended> {
  const { intervalMs, evaluationMs, timeoutMs, subjects } = inputs
  // Not the clock's difference from the start: a clock that is set must not end the wait, nor prolong it.
  let [elapsed, previous] = [0, clock.now()]
  const longest = intervalMs + timeoutMs * subjects.length
  let all: Evaluated[] = []
  for (const subject of subjects) {
    if (subject.version === undefined) log.info(withoutVersion(subject.service))
    all.push(await started(subject))
  }
  for (let poll = 1; ; poll++) {
    const now = clock.now()
    elapsed += Math.min(Math.max(0, now - previous), longest)
    previous = now
    const next: Evaluated[] = []
    for (const one of all) next.push(isOpen(one) ? await read(one) : one)
    all = next
    const verdict = deploymentVerdict(all, elapsed, elapsed >= evaluationMs)
    if (verdict !== undefined) return { verdict, all }
    log.info(`Poll ${poll}, ${formatDuration(elapsed)}: ${all.map(inWords).join('; ')}`)
    const pause = Math.min(intervalMs, evaluationMs - elapsed)
    await clock.sleep(Math.max(0, pause - Math.max(0, clock.now() - now)), signal)
  }

  async function started(subject: Evaluated['subject']): Promise<Evaluated> {
    try {
      const id = await startEvaluation(datadog, subject, inputs, clock.now() + timeoutMs)
      log.info(`Evaluation of \`${subject.service}\` started: ${id}`)
      return { subject, id }
    } catch (error) {
      if (error instanceof DatadogError) return { subject, error }
      throw error
    }
  }

  async function read(one: Evaluated): Promise<Evaluated> {
    const { error: _, ...before } = one
    if (one.id === undefined) return one
    try {
      return { ...before, result: await readEvaluation(datadog, one.id, clock.now() + timeoutMs) }
    } catch (error) {
      if (error instanceof DatadogError) return { ...before, error }
      throw error
    }
  }
}

const withoutVersion = (service: string) =>
  `No version of \`${service}\` is known. Rules of faulty deployment detection need one: set \`version\` or \`deploy-record\`.`

function inWords({ subject, result, error }: Evaluated): string {
  if (error !== undefined) return error.message
  const rules = result?.rules ?? []
  const done = rules.filter(({ status }) => status !== 'in_progress').length
  return `\`${subject.service}\`: ${result?.status ?? 'in_progress'}, ${done} of ${rules.length} rules decided`
}

const asOutput = ({ subject, id, result }: Evaluated) => ({
  service: subject.service,
  id: id ?? '',
  url: result?.url ?? '',
  status: result?.status ?? 'unknown',
  rules: result?.rules ?? [],
})

function gateError({ because, reason }: DeploymentVerdict, all: readonly Evaluated[]): SlipwayError {
  const cause = all.find(({ error }) => error !== undefined)?.error
  switch (because) {
    case 'no-gate':
      return new SlipwayError(`Datadog has no deployment gate to evaluate. ${reason}`, {
        hint: 'Create the gate with its rules in Datadog, under Software Delivery › Deployment Gates, or pass rules with `config`. Deployment gates are in preview: your organisation may not have them yet. `on-no-monitors: warn` lets a service without a gate pass with a warning.',
      })
    case 'refused':
      return new SlipwayError(`Datadog refused the evaluation of the deployment gate: ${reason}`, {
        hint: 'Correct the inputs: `dry-run: true` prints the exact request.',
      })
    case 'read-error':
      return new SlipwayError(`The deployment gate could not decide: ${reason}`, {
        hint: cause?.hint ?? 'Raise `evaluation-timeout` above the longest duration of the rules.',
        cause,
      })
    default: {
      const unversioned = all.find(({ subject, result }) => subject.version === undefined && result?.status === 'fail')
      return new SlipwayError(`The deployment gate failed the deploy: ${reason}`, {
        hint: `${unversioned === undefined ? '' : `${withoutVersion(unversioned.subject.service)} `}See the rules in the job summary. A later step can roll back: deploy-ecs with \`command: rollback\`, \`if: failure() && steps.<id>.outputs.verdict == 'fail'\`.`,
      })
    }
  }
}

function severityOf({ because }: DeploymentVerdict, { onError, onNoMonitors }: AllInputs): 'warn' | 'fail' {
  if (because === 'read-error') return onError
  return because === 'no-gate' ? onNoMonitors : 'fail'
}

function showRequests(inputs: AllInputs, datadog: Datadog, { log }: World): void {
  log.info('dry-run: nothing was requested. These are the requests that start the evaluations:')
  for (const subject of inputs.subjects)
    log.info(`\n${showRequest(datadog.prepare(evaluationRequest(subject, inputs)))}`)
}
