// Why a deploy failed, from the last look at it. Pure.

import { targetGroupName } from '../aws/short-names.ts'
import { eventsSince, type FollowedDeployment } from '../observe/deployment.ts'
import type { Observation, ObservedEvent, ObservedTask } from '../observe/model.ts'
import { ENDED_BY_ECS, judgeStop, type Stop } from '../observe/stopped-task.ts'
import { describeTarget } from '../observe/task-health.ts'
import { checkOf, textOf } from '../watch/cause.ts'
import { type FailedCheck, failedChecks, type HealthChecks, unhealthyEvents } from '../watch/health-checks.ts'
import { checkHint } from './check-hints.ts'
import { hintFor } from './stop-hints.ts'

/** Tasks that stopped for the same reason. */
export interface StopGroup {
  readonly stop: Stop
  /** The reason in words, as in the verdict. */
  readonly text: string
  readonly hint: string
  /** ARNs, newest last. */
  readonly tasks: readonly string[]
  /** Containers of the newest task that failed. The one that caused the stop is the first. */
  readonly failed: readonly string[]
}

/** Targets of one target group that are not healthy for the same reason. */
export interface TargetGroupTrouble {
  readonly targetGroup: string
  readonly state: string
  readonly targets: readonly string[]
}

export interface Diagnosis {
  readonly stops: readonly StopGroup[]
  readonly targets: readonly TargetGroupTrouble[]
  /** The newest events since the deployment was created, oldest first. */
  readonly events: readonly ObservedEvent[]
}

const MOST_EVENTS = 20

/** Groups stopped tasks and unhealthy targets by reason, the most frequent first. */
export function diagnose(
  followed: FollowedDeployment,
  latest: Observation,
  checks: HealthChecks = new Map(),
): Diagnosis {
  return {
    stops: stopGroups(latest, failedChecks(followed, latest, checks)),
    targets: troubles(followed, latest),
    events: eventsSince(followed, latest).slice(-MOST_EVENTS),
  }
}

function stopGroups({ tasks = [] }: Observation, checks: readonly FailedCheck[]): readonly StopGroup[] {
  const stopped = tasks
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .flatMap((task) => {
      const stop = judgeStop(task)
      return stop === undefined || stop.kind === 'scaled-in' ? [] : [{ task, stop }]
    })
  const groups = Map.groupBy(stopped, ({ stop }) => [stop.kind, stop.container, stop.exitCode, stop.reason].join('\n'))
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group
      const check = first && checkOf(first.stop, checks)
      return first === undefined
        ? []
        : [
            {
              stop: first.stop,
              text: textOf(first.stop, checks),
              hint: check === undefined ? hintFor(first.stop) : checkHint(check),
              tasks: group.map(({ task }) => task.arn),
              failed: failedContainers(group.at(-1)?.task, first.stop),
            },
          ]
    })
    .toSorted((a, b) => b.tasks.length - a.tasks.length)
}

/** The container that caused the stop, and others that failed too, not because ECS stopped them. */
const failedContainers = (task: ObservedTask | undefined, { container }: Stop): readonly string[] => {
  const others = (task?.containers ?? []).filter(
    ({ name, exitCode }) => name !== container && exitCode !== undefined && !ENDED_BY_ECS.has(exitCode),
  )
  return [...(container === undefined ? [] : [container]), ...others.map(({ name }) => name)]
}

function troubles(followed: FollowedDeployment, latest: Observation): readonly TargetGroupTrouble[] {
  const found = [...fromTargets(latest), ...fromEvents(followed, latest)]
  const groups = Map.groupBy(found, ({ targetGroup, state }) => `${targetGroup}\n${state}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ ...first, targets: [...new Set(group.flatMap(({ targets }) => targets))] }]
  })
}

/** `unregistered` is left out: such a task does not run yet, or is registered soon. */
const fromTargets = ({ targets = [] }: Observation): readonly TargetGroupTrouble[] =>
  targets
    .filter(({ state }) => state !== 'healthy' && state !== 'unregistered')
    .map((target) => ({
      targetGroup: targetGroupName(target.targetGroupArn),
      state: describeTarget(target),
      targets: [target.target],
    }))

/** ECS deregisters a target when it stops the task. Why it was unhealthy is in the service's events. */
const fromEvents = (followed: FollowedDeployment, latest: Observation): readonly TargetGroupTrouble[] =>
  unhealthyEvents(followed, latest).map(({ target, targetGroup, reason }) => ({
    targetGroup,
    state: `unhealthy (${reason})`,
    targets: [target],
  }))
