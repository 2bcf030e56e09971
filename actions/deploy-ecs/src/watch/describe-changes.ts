import { capitalize } from '../../../../toolkit/text/capitalize.ts'
import { targetGroupName, taskId } from '../aws/short-names.ts'
import { continueHookCommand } from '../observe/blue-green.ts'
import { eventsSince, type FollowedDeployment, ownDeployment } from '../observe/deployment.ts'
import type { Observation, ObservedServiceDeployment, ObservedTarget } from '../observe/model.ts'
import { counts } from '../observe/progress.ts'
import { judgeStop } from '../observe/stopped-task.ts'
import { describeTarget } from '../observe/task-health.ts'

/** Log lines for what changed since the look before, one for each change. */
export function describeChanges(
  followed: FollowedDeployment,
  before: Observation | undefined,
  now: Observation,
): readonly string[] {
  return [
    ...rolloutLines(followed, before, now),
    ...stageLines(before, now),
    ...eventLines(followed, before, now),
    ...taskLines(before, now),
    ...targetLines(before?.targets ?? [], now.targets ?? []),
  ]
}

function rolloutLines(
  followed: FollowedDeployment,
  before: Observation | undefined,
  now: Observation,
): readonly string[] {
  const [then, own] = [ownDeployment(followed, before?.service), ownDeployment(followed, now.service)]
  if (own === undefined) return then === undefined ? [] : [`Deployment ${followed.deploymentId} is no longer listed.`]
  const line = counts(own)
  return then !== undefined && counts(then) === line ? [] : [capitalize(line)]
}

function stageLines(before: Observation | undefined, now: Observation): readonly string[] {
  const [then, deployment] = [before?.serviceDeployment, now.serviceDeployment]
  if (deployment === undefined) return []
  const line = stageLine(deployment)
  return [
    ...(then !== undefined && stageLine(then) === line ? [] : [line]),
    ...deployment.awaiting
      .filter(({ hookId }) => !then?.awaiting.some((hook) => hook.hookId === hookId))
      .map(({ hookId, expiresAt }) => hookLine(deployment, hookId, expiresAt)),
  ]
}

function stageLine({ status, lifecycleStage, statusReason, productionTraffic }: ObservedServiceDeployment): string {
  const stage = lifecycleStage === undefined ? '' : ` at stage ${lifecycleStage}`
  const share = productionTraffic === undefined ? '' : ` with ${productionTraffic} % of the production traffic`
  return `Service deployment ${status}${stage}${share}${statusReason ? `: ${statusReason}` : ''}`
}

function hookLine({ arn, lifecycleStage }: ObservedServiceDeployment, hookId: string, expiresAt: number | undefined) {
  const stage = lifecycleStage === undefined ? '' : ` at stage ${lifecycleStage}`
  const until = expiresAt === undefined ? '' : `, until ${new Date(expiresAt).toISOString()}`
  return `The lifecycle hook ${hookId}${stage} waits for an answer: \`${continueHookCommand(arn, hookId)}\` (or ROLLBACK)${until}.`
}

function eventLines(
  followed: FollowedDeployment,
  before: Observation | undefined,
  now: Observation,
): readonly string[] {
  const known = new Set(before?.service?.events.map(({ id }) => id))
  return eventsSince(followed, now)
    .filter(({ id }) => !known.has(id))
    .map(({ message }) => `ECS: ${shortGroups(message)}`)
}

/** The message with names in place of the ARNs of target groups. */
const shortGroups = (message: string): string => message.replace(/(?<=\(target-group )arn:[^)\s]+/g, targetGroupName)

function taskLines(before: Observation | undefined, now: Observation): readonly string[] {
  const known = new Set(before?.tasks?.filter((task) => judgeStop(task) !== undefined).map(({ arn }) => arn))
  return (now.tasks ?? []).flatMap((task) => {
    const stop = known.has(task.arn) ? undefined : judgeStop(task)
    if (stop === undefined) return []
    const code = stop.exitCode === undefined ? '' : ` (${stop.container} exited with code ${stop.exitCode})`
    return [`Task ${taskId(task.arn)} stopped: ${stop.reason}${code}`]
  })
}

function targetLines(before: readonly ObservedTarget[], now: readonly ObservedTarget[]): readonly string[] {
  const then = new Map(before.map((target) => [key(target), target]))
  return now.flatMap((target) => {
    const was = then.get(key(target))
    if (was?.state === target.state || (was === undefined && target.state === 'unregistered')) return []
    return [`Target ${target.target} in ${targetGroupName(target.targetGroupArn)} is ${describeTarget(target)}.`]
  })
}

const key = ({ targetGroupArn, taskArn }: ObservedTarget) => `${targetGroupArn} ${taskArn}`
