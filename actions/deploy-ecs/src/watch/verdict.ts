// The only place that decides how a deploy ended. Pure: the same observations always give the same verdict.

import type { VerdictName } from '../../../../toolkit/deploy-record.ts'
import { counted } from '../../../../toolkit/text/counted.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { sentence } from '../../../../toolkit/text/sentence.ts'
import { revisionName, taskId } from '../aws/short-names.ts'
import type { WaitFor } from '../inputs/inputs.ts'
import { pendingHooks } from '../observe/blue-green.ts'
import { type FollowedDeployment, newerPrimary, ownDeployment } from '../observe/deployment.ts'
import type { Observation, ObservedDeployment, ObservedService } from '../observe/model.ts'
import { counts, notHealthy, wantedTasks } from '../observe/progress.ts'
import type { Stop } from '../observe/stopped-task.ts'
import { healthyCount, liveTasks } from '../observe/task-health.ts'
import { expectedDigest } from '../task-definition/shipped-image.ts'
import { type Cause, causeOf, causesOfStops, ecsDid, type StopCause, whyEnded } from './cause.ts'
import { failedChecks } from './health-checks.ts'
import { type Memory, rememberedRollback } from './memory.ts'

/** How a deploy of one service ended, why, and what that rests on. */
export interface Verdict {
  readonly status: VerdictName
  /** What happened, in a sentence or two, the cause first. */
  readonly reason: string
  /** Why it did not succeed, where that is known. `reason` has its text. */
  readonly cause?: Cause
  /** What to do, where an error says it. */
  readonly next?: string
  /** What was observed, the most important first. */
  readonly evidence: readonly string[]
  /** Set where AWS does not show how the deployment ends, so that `on-failure` is not applied. */
  readonly outcomeUnknown?: true
  /** The error that hides the outcome, where `reason` has it. */
  readonly error?: string
  /** Set where the new revision is healthy, so that `on-failure` is not applied. */
  readonly keepRevision?: true
}

export interface Criteria {
  readonly waitFor: WaitFor
  readonly bakeMs: number
  /** By our clock. */
  readonly deadline: number
  readonly timeoutMs: number
  /** How many tasks may fail. Default: as many as the service's circuit breaker allows. */
  readonly maxFailedTasks?: number
  /** Whether to wait for the end of a rollback that ECS has started. Otherwise it is `failed` at once. */
  readonly awaitRollback: boolean
}

/** The verdict, or what is still waited for. */
export type Decision =
  | { readonly kind: 'decided'; readonly verdict: Verdict }
  | { readonly kind: 'waiting'; readonly waitingFor: readonly string[] }

/** Decides from the latest look at a deploy, and from the memory of earlier looks. */
export function decide(
  followed: FollowedDeployment,
  criteria: Criteria,
  latest: Observation,
  memory: Memory,
): Decision {
  const decided =
    fromService(latest, memory) ??
    fromServiceDeployment(followed, criteria, latest, memory) ??
    fromDeployments(followed, criteria, latest, memory) ??
    fromStoppedTasks(followed, criteria, latest, memory)
  if (decided?.kind === 'decided') return decided
  const progress = decided ?? fromProgress(followed, criteria, latest, memory)
  if (progress.kind === 'decided' || latest.at < criteria.deadline) return progress
  return timedOut(followed, criteria, latest, memory, progress.waitingFor)
}

function timedOut(
  followed: FollowedDeployment,
  criteria: Criteria,
  latest: Observation,
  memory: Memory,
  waitingFor: readonly string[],
): Decision {
  const evidence = waitingFor.map((what) => `Still waiting: ${what}.`)
  const late = `Not done after ${formatDuration(criteria.timeoutMs)}`
  if (criteria.waitFor !== 'bake' || memory.healthySince === undefined || memory.relapsed) {
    // At a lifecycle hook, ECS waits for the answer: tasks that stopped before it have been replaced.
    const asks = memory.blockedBy === undefined && pendingHooks(latest.serviceDeployment).length > 0
    const cause = asks ? undefined : causeOf(followed, latest, memory)
    return verdict('timed-out', because(late, cause), evidence, cause)
  }
  const why = `${revisionName(followed.taskDefinition)} became healthy, and no task has failed or turned unhealthy since, but the bake time is not over. The revision stays.`
  return { kind: 'decided', verdict: { status: 'timed-out', reason: `${late}. ${why}`, evidence, keepRevision: true } }
}

const verdict = (
  status: VerdictName,
  reason: string,
  evidence: readonly string[] = [],
  cause: Cause | undefined = undefined,
): Decision => ({
  kind: 'decided',
  verdict: {
    status,
    reason,
    evidence: evidence.filter((line) => line !== ''),
    ...(cause === undefined ? {} : { cause }),
  },
})

/** What happened, and the cause where it is known. */
const because = (what: string, cause: Cause | undefined): string =>
  sentence(cause === undefined ? what : `${what}: ${cause.text}`)

function fromService(latest: Observation, memory: Memory): Decision | undefined {
  // Reads lag: one answer without the service can be stale. Two in a row are not.
  if (latest.service === undefined) {
    return memory.missing >= 2
      ? verdict('failed', 'The service no longer exists.')
      : { kind: 'waiting', waitingFor: ['ECS to show the service'] }
  }
  const { status } = latest.service
  return status === 'ACTIVE' ? undefined : verdict('failed', `The service was deleted: it is ${status}.`)
}

/** The service deployment says most about a rollout, where it can be read. */
function fromServiceDeployment(
  followed: FollowedDeployment,
  criteria: Criteria,
  latest: Observation,
  memory: Memory,
): Decision | undefined {
  const deployment = latest.serviceDeployment
  if (deployment === undefined) return undefined
  const { status, statusReason = '', rollbackReason = '', triggeredAlarms: alarms } = deployment
  const ended = (name: VerdictName, did: string, more = '') => {
    const why = whyEnded(followed, latest, memory, { said: rollbackReason || statusReason, alarms })
    const { reason, cause } = ecsDid(did, why)
    // Why a rollback failed is only in ECS's words. Otherwise the reason has them, or what they stand for.
    const isSaid = reason.includes(sentence(statusReason))
    const words = status === 'ROLLBACK_FAILED' && statusReason !== '' && !isSaid ? `: ${statusReason}` : ''
    return verdict(name, `${reason}${more}`, [`Service deployment ${status}${words}`], cause)
  }
  const to = goal(followed, latest, memory)
  if (status === 'ROLLBACK_SUCCESSFUL') return ended('rolled-back', `rolled the service back${to}`)
  if (status === 'ROLLBACK_FAILED') return ended('failed', 'could not roll the service back')
  if (status === 'STOPPED' || status === 'STOP_REQUESTED') {
    if (isReplaced(statusReason)) {
      const other = newerPrimary(followed, latest.service?.deployments ?? [])
      return verdict('superseded', replacedBy(other), [`Service deployment ${status}`])
    }
    return status === 'STOPPED' ? ended('failed', 'stopped the deployment', again(followed)) : undefined
  }
  if (status === 'ROLLBACK_REQUESTED' || status === 'ROLLBACK_IN_PROGRESS') {
    return criteria.awaitRollback
      ? { kind: 'waiting', waitingFor: [`ECS to finish its rollback${to}`] }
      : ended('failed', 'is rolling the service back')
  }
  return undefined
}

/** UpdateService without a change does not restart a deployment that has ended. */
const again = ({ isNew }: FollowedDeployment) =>
  isNew ? '' : ' This run did not start it. To start another one, set `force-new-deployment: true`.'

/** The revision of a rollback, if the service shows it. ECS goes back to the last revision that completed, which need not be the previous one. */
function goal(followed: FollowedDeployment, latest: Observation, memory: Memory): string {
  const rollback = rememberedRollback(memory, followed, latest)
  return rollback === undefined ? '' : ` to ${revisionName(rollback.taskDefinition)}`
}

const replacedBy = (other: ObservedDeployment | undefined): string =>
  other === undefined
    ? 'Another deployment replaced this one.'
    : `Another deployment replaced this one: ${revisionName(other.taskDefinition)} (${other.id}).`

const isReplaced = (reason: string) => /replaced by|superseded|new service deployment/i.test(reason)

/** The service's list of deployments shows a rollback or another deploy, also when our deployment has left it. */
function fromDeployments(
  followed: FollowedDeployment,
  criteria: Criteria,
  latest: Observation,
  memory: Memory,
): Decision | undefined {
  const { service } = latest
  const deployments = service?.deployments ?? []
  const own = ownDeployment(followed, service)
  if (own?.rolloutState === 'FAILED') {
    const next = newerPrimary(followed, deployments)
    if (next === undefined) {
      const why = whyEnded(followed, latest, memory, { said: own.rolloutStateReason ?? '' })
      const { reason, cause } = ecsDid('marked the deployment as FAILED', why)
      return verdict('failed', `${reason}${again(followed)}`, [`Deployment ${own.id} FAILED`], cause)
    }
  }
  if (own?.status === 'PRIMARY') return undefined
  const primary = newerPrimary(followed, deployments)
  // A stale read from before our update.
  if (primary === undefined)
    return own === undefined ? { kind: 'waiting', waitingFor: ['ECS to list the deployment'] } : undefined
  const evidence = [
    `The PRIMARY deployment is ${primary.id} (${revisionName(primary.taskDefinition)}, ${primary.rolloutState ?? 'no rollout state'})`,
    own === undefined
      ? `This run's deployment, ${followed.deploymentId}, is no longer listed`
      : `This run's deployment, ${own.id}, is ${own.status}`,
  ]
  const to = revisionName(primary.taskDefinition)
  const said = memory.rollbacks.get(primary.id)
  if (said === undefined) return verdict('superseded', replacedBy(primary), evidence)
  const ended = (name: VerdictName, did: string) => {
    const { reason, cause } = ecsDid(`${did} to ${to}`, whyEnded(followed, latest, memory, { said }))
    return verdict(name, reason, evidence, cause)
  }
  if (primary.rolloutState === 'COMPLETED') return ended('rolled-back', 'rolled the service back')
  if (primary.rolloutState === 'FAILED') return ended('failed', 'could not roll the service back')
  return criteria.awaitRollback
    ? { kind: 'waiting', waitingFor: [`ECS to finish its rollback to ${to}`] }
    : ended('failed', 'is rolling the service back')
}

/** A few failed tasks decide, if more of them failed than are stable now. */
function fromStoppedTasks(
  followed: FollowedDeployment,
  criteria: Criteria,
  latest: Observation,
  memory: Memory,
): Decision | undefined {
  const failures = [...memory.failures.values()]
  const certain = failures.filter((stop) => stop.certain)
  const enough =
    failures.length >= failureLimit(followed, criteria, latest) || isCertain(certain, certainLimit(criteria))
  if (!enough || failures.length <= standing(latest, memory)) return undefined
  const checks = failedChecks(followed, latest, memory.healthChecks)
  const all = causesOfStops(failures, checks)
  const [first] = causesOfStops(certain.length > 0 ? certain : failures, checks)
  if (first === undefined) return undefined
  const what = `${counted(failures.length, 'task')} of ${revisionName(followed.taskDefinition)} failed`
  // The sentence has the number of all failures already.
  const why = first.count === failures.length ? first : { ...first, text: withCount(first) }
  return verdict('failed', because(what, why), all.length === 1 ? [] : all.map(withCount), first)
}

/** The threshold of the service's circuit breaker. AWS's default is half of the desired count, from 3 to 200. */
function failureLimit(followed: FollowedDeployment, { maxFailedTasks }: Criteria, { service }: Observation): number {
  if (maxFailedTasks !== undefined) return maxFailedTasks
  const own = ownDeployment(followed, service)
  const wanted = Math.max(own?.desiredCount ?? 0, service?.desiredCount ?? 0)
  const { type, value } = service?.failureThreshold ?? { type: 'BOUNDED_PERCENT', value: 50 }
  if (type === 'COUNT') return value
  const share = Math.ceil((wanted * value) / 100)
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share))
}

/** How many failures decide when their reason cannot go away by itself: 2 by default, or two thirds of `max-failed-tasks`. */
const certainLimit = ({ maxFailedTasks = 3 }: Criteria) => Math.max(1, Math.ceil((maxFailedTasks * 2) / 3))

/** One container instance can be the cause of failures: then tasks on another one have to fail too. */
function isCertain(certain: readonly Stop[], limit: number): boolean {
  if (certain.filter(({ everywhere }) => everywhere).length >= limit) return true
  const instances = new Set(certain.map(({ instance }) => instance))
  return certain.length >= limit && (instances.size > 1 || instances.has(undefined))
}

/** The number of our tasks that are stable. */
function standing(latest: Observation, memory: Memory): number {
  if (latest.service === undefined || latest.tasks === undefined) return 0
  if (latest.service.loadBalancers.length > 0) return healthyCount(latest)
  return liveTasks(latest.tasks).filter(({ arn, healthStatus }) => {
    const since = memory.runningSince.get(arn)
    return healthStatus === 'HEALTHY' || (since !== undefined && latest.at - since >= STEADY_MS)
  }).length
}

/** ECS considers a task without health checks healthy after it has been RUNNING for 40 s. */
const STEADY_MS = 40_000

const withCount = ({ text, count }: StopCause) => (count === 1 ? text : `${text} (${counted(count, 'task')})`)

function fromProgress(followed: FollowedDeployment, criteria: Criteria, latest: Observation, memory: Memory): Decision {
  const own = ownDeployment(followed, latest.service)
  if (own === undefined || latest.service === undefined)
    return { kind: 'waiting', waitingFor: ['ECS to list the deployment'] }
  if (criteria.waitFor === 'started') {
    const wanted = wantedTasks(own, latest.service)
    return own.runningCount >= wanted
      ? verdict(
          'succeeded',
          `${alreadyThere(followed)}${wanted === 1 ? 'The task' : `All ${wanted} tasks`} of ${revisionName(followed.taskDefinition)} ${wanted === 1 ? 'is' : 'are'} running. Health was not waited for (\`wait-for: started\`).`,
        )
      : { kind: 'waiting', waitingFor: [counts(own, wanted)] }
  }
  const missing = notHealthy(followed, own, latest)
  const native =
    latest.serviceDeployment?.status === 'SUCCESSFUL' && latest.serviceDeployment.lifecycleStage !== undefined
  const bakes = criteria.waitFor === 'bake' && !native
  // During the bake, a task that is missing is being replaced or added. A task that failed would have restarted the bake.
  if (missing.length > 0 && !(bakes && memory.healthySince !== undefined))
    return { kind: 'waiting', waitingFor: [...pendingHooks(latest.serviceDeployment), ...missing] }
  const wrong = wrongImages(followed, latest)
  if (wrong.length > 0) {
    return verdict('failed', 'The running tasks do not run the image that was deployed.', wrong)
  }
  if (bakes) {
    const left = criteria.bakeMs - (latest.at - (memory.healthySince ?? latest.at))
    if (left > 0) return { kind: 'waiting', waitingFor: [`${formatDuration(left)} more of the bake time`, ...missing] }
  }
  const seen = missing.length > 0 ? bakedReason(followed, criteria) : successReason(followed, own, latest.service)
  const reason = `${alreadyThere(followed)}${seen}`
  return verdict('succeeded', reason, [
    ...successEvidence(own, latest),
    ...missing.map((what) => `At the end: ${what}`),
  ])
}

function wrongImages(followed: FollowedDeployment, { tasks = [] }: Observation): readonly string[] {
  return liveTasks(tasks).flatMap((task) =>
    followed.shipped.flatMap((image) => {
      const running = task.containers.find(({ name }) => name === image.container)
      const expected = expectedDigest(image)
      // A container whose image reference has the digest runs that digest; ECS can show the digest of one platform instead.
      if (expected === undefined || running?.imageDigest === undefined) return []
      if (running.imageDigest === expected || running.image?.endsWith(`@${expected}`)) return []
      return [
        `Task ${taskId(task.arn)}, container ${image.container}: runs ${running.imageDigest} instead of ${expected}`,
      ]
    }),
  )
}

/** A green deploy that started nothing says so first. */
const alreadyThere = ({ isNew, taskDefinition }: FollowedDeployment) =>
  isNew ? '' : `No deployment was started: the service runs ${revisionName(taskDefinition)} already. `

/** The reason for success while some tasks are being replaced or added. */
const bakedReason = ({ taskDefinition }: FollowedDeployment, { bakeMs }: Criteria) =>
  `${revisionName(taskDefinition)} became healthy, and no task failed or turned unhealthy during the bake time of ${formatDuration(bakeMs)}.`

function successReason(followed: FollowedDeployment, own: ObservedDeployment, service: ObservedService): string {
  const name = revisionName(followed.taskDefinition)
  const wanted = wantedTasks(own, service)
  if (wanted === 0) return `The service runs ${name} with a desired count of 0: no task was started.`
  const tasks = wanted === 1 ? 'Its task runs' : `All ${wanted} tasks run`
  const groups = service.loadBalancers.length
  return `${tasks} ${name}${groups === 0 ? '' : ', and every target is healthy'}.`
}

function successEvidence(
  own: ObservedDeployment,
  { service, serviceDeployment, targets = [] }: Observation,
): readonly string[] {
  const old = (service?.deployments ?? []).filter(({ id, runningCount }) => id !== own.id && runningCount > 0)
  return [
    serviceDeployment === undefined
      ? `Deployment ${own.id}: ${own.rolloutState ?? 'the only one'}`
      : `Service deployment ${serviceDeployment.status}`,
    targets.length === 0 ? '' : counted(targets.filter(({ state }) => state === 'healthy').length, 'healthy target'),
    ...old.map(
      ({ taskDefinition, runningCount }) =>
        `Still draining: ${counted(runningCount, 'task')} of ${revisionName(taskDefinition)}`,
    ),
  ]
}
