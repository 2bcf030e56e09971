// ECS says that it has rolled a service back. Whether what runs now is healthy is looked at all the same.

import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { describeServiceRevisions } from '../aws/service-deployments.ts'
import { describeServices, requireService } from '../aws/services.ts'
import { revisionName } from '../aws/short-names.ts'
import {
  type ObservedService,
  type ObservedServiceDeployment,
  type ObservedTarget,
  type ObservedTask,
  observedService,
} from '../observe/model.ts'
import type { Rollout } from '../observe/rollout.ts'
import { readTargets } from '../observe/target-health.ts'
import { liveTasks, unhealthiness } from '../observe/task-health.ts'
import { TaskTracker } from '../observe/tasks.ts'
import type { Verdict } from '../watch/verdict.ts'
import { pauseAfter } from '../watch/watch.ts'

/** Targets may still be on their way for so long; ECS called the rollback complete. */
const PATIENCE_MS = 300_000

/** Looks until all tasks that the service wants run the revision that it went back to, and every target is healthy. */
export async function verifyRollback(
  aws: AwsCalls,
  { name }: Rollout,
  revision: string,
  deadline: number,
): Promise<Verdict> {
  // The tasks are told by their revision: lists of deployments may still lag behind the rollback.
  const tasks = new TaskTracker({ name, deploymentId: '', taskDefinition: revision, isNew: false, adopts: true })
  const instances = new Map<string, string>()
  const begun = aws.clock.now()
  const until = Math.min(deadline, begun + PATIENCE_MS)
  for (;;) {
    const service = observedService(requireService(await describeServices(aws, [name]), name))
    const live = liveTasks(await tasks.read(aws))
    const targets =
      live.length === 0 ? [] : await readTargets(aws, name.cluster, service.loadBalancers, live, instances)
    const missing = notBack(revision, service, live, targets)
    if (missing.length === 0) return { status: 'succeeded', reason: '', evidence: found(revision, live, targets) }
    const now = aws.clock.now()
    if (now >= until) return { status: 'failed', reason: `It is not healthy: ${missing.join('; ')}.`, evidence: [] }
    await aws.clock.sleep(Math.min(pauseAfter(now - begun), until - now), aws.signal)
  }
}

/**
 * The revision that ECS went back to: the last that it saw complete, which need not be the one before ours. The service
 * deployment tells, else the list of deployments (`seen`).
 */
export async function revisionRolledBackTo(
  aws: AwsCalls,
  { previousTaskDefinition }: Rollout,
  deployment: ObservedServiceDeployment | undefined,
  seen = previousTaskDefinition,
): Promise<string> {
  if (deployment?.rollbackTo === undefined) return seen
  try {
    const [revision] = await describeServiceRevisions(aws, [deployment.rollbackTo])
    return revision?.taskDefinition ?? seen
  } catch (error) {
    if (isRefusal(error)) return seen
    throw error
  }
}

/** What keeps a service from being back. */
function notBack(
  revision: string,
  service: ObservedService,
  live: readonly ObservedTask[],
  targets: readonly ObservedTarget[],
): readonly string[] {
  if (live.length < service.desiredCount) {
    return [`${live.length} of ${service.desiredCount} tasks of ${revisionName(revision)} run`]
  }
  return live.flatMap((task) => unhealthiness(task, service, targets))
}

/** What was found of a service that is back, for people. */
function found(revision: string, live: readonly ObservedTask[], targets: readonly ObservedTarget[]): readonly string[] {
  const tasks = `${live.length} tasks run ${revisionName(revision)}`
  const healthy = targets.filter(({ state }) => state === 'healthy').length
  return [targets.length === 0 ? tasks : `${tasks}, with ${healthy} healthy targets`]
}
