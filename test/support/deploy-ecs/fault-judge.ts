// Which verdicts on a service the journal allows.
import type { Facts } from './fault-facts.ts'
import { type FaultPlan, type ServicePlan, TIMEOUT_MS } from './fault-plan.ts'

/** What is true of the step as a whole. */
export interface StepFacts {
  /** Credentials had expired, or reads were denied: the end of the deploy could not be read. */
  readonly blinded: boolean
  readonly cancelled: boolean
  readonly tookMs: number
}

const AGAINST = new Set(['STOPPED', 'STOP_REQUESTED', 'ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_FAILED'])

/** The verdicts that the journal allows. */
function allowedBy(plan: FaultPlan, service: ServicePlan, facts: Facts, step: StepFacts): readonly string[] {
  const allowed = new Set<string>()
  const troubled = plan.faults.length > 0 || plan.denied.length > 0 || step.blinded
  if (step.cancelled) allowed.add('cancelled')
  if (facts.started === 0) return troubled ? [...allowed, 'failed'] : [...allowed]

  const { waitFor, onFailure } = plan
  const back = facts.state.primary === `${service.name}:1` && facts.state.rolloutState === 'COMPLETED'
  const succeeded = facts.status === 'SUCCESSFUL'
  const decided = AGAINST.has(facts.status) || facts.status === 'ROLLBACK_SUCCESSFUL'
  const bad = decided || facts.failures >= 2
  const watched = waitFor === 'healthy' || waitFor === 'bake'
  if (step.blinded || (watched && plan.denied.includes('DescribeTargetHealth'))) allowed.add('failed')
  if (facts.overtaken && waitFor !== 'none') allowed.add('superseded')
  if (waitFor === 'none') allowed.add('succeeded')
  if (waitFor === 'started' && facts.mostRunning >= service.desiredCount) allowed.add('succeeded')
  if (watched && succeeded) allowed.add('succeeded')
  // A rollback that was complete stays one whatever happens later, as does our own when the service was not read again.
  const wasBack = facts.status === 'ROLLBACK_SUCCESSFUL' || (facts.unseen && facts.wasBack)
  if (waitFor !== 'none' && (back || wasBack)) allowed.add('rolled-back')
  // A rollback that is complete has to be in the verdict.
  const mustBeBack = back && onFailure === 'rollback' && !step.blinded
  if (bad && !mustBeBack) allowed.add('failed')
  if (facts.overtaken && bad) allowed.add('failed')
  if (step.tookMs >= TIMEOUT_MS && !mustBeBack && (!succeeded || waitFor === 'bake')) allowed.add('timed-out')
  return [...allowed]
}

/** The contradictions between a verdict on a service and the journal. */
export function problemsWith(
  plan: FaultPlan,
  service: ServicePlan,
  facts: Facts,
  step: StepFacts,
  said: { readonly verdict: string; readonly reason: string },
): readonly string[] {
  const { name } = service
  const problems: string[] = []
  if (facts.started > 1) problems.push(`There were ${facts.started} deployments of ${name}:2.`)
  const allowed = allowedBy(plan, service, facts, step)
  if (!allowed.includes(said.verdict)) {
    problems.push(`It said ${said.verdict} of ${name}; the journal (${facts.status}) allows ${allowed.join(', ')}.`)
  }
  const watched = plan.waitFor === 'healthy' || plan.waitFor === 'bake'
  // With several services, one that was healthy at its verdict may be unhealthy before the others have theirs.
  const mayHaveChanged = plan.services.length > 1 || facts.unseen
  if (said.verdict === 'succeeded' && watched && !(mayHaveChanged && facts.wasWell(`${name}:2`))) {
    const sick = facts.sick(`${name}:2`)
    if (sick.length > 0) problems.push(`It was green, with ${sick.join(', ')}.`)
  }
  const claimsHealth = /is healthy\./.test(said.reason)
  if (said.verdict === 'rolled-back' && claimsHealth && !facts.overtaken) {
    const sick = facts.sick(`${name}:1`)
    if (sick.length > 0) problems.push(`It said that ${name}:1 is healthy again, with ${sick.join(', ')}.`)
  }
  return problems
}

/** The contradictions between a cancelled run's message on a service, and the service then and half an hour later. */
export function wrongClaims({ name }: ServicePlan, text: string, then: Facts, later: Facts): readonly string[] {
  const said = new RegExp(`Service \`production/${name}\` (.*)`).exec(text)?.[1]
  if (said === undefined || then.overtaken || later.overtaken) return []
  const back = later.state.primary === `${name}:1` && later.state.rolloutState === 'COMPLETED'
  const wrong = (problem: string) => [`It said that ${name} ${said}, but ${problem}.`]
  if (/is being (rolled|updated) back to/.test(said) && !back) return wrong(`it is at ${later.state.primary} later`)
  const at = /^is at (\S+); no deployment/.exec(said)?.[1]
  if (at !== undefined && at !== then.state.primary) return wrong(`it was at ${then.state.primary}`)
  if (/had already completed/.test(said) && then.status !== 'SUCCESSFUL') return wrong(`it was ${then.status}`)
  if (/goes on rolling out/.test(said) && then.state.primary !== `${name}:2`) return wrong('it did not')
  return []
}
