// Checks that a service is healthy after a rollback, whatever ECS says of it.

import { TimedOutError } from '../../../../toolkit/errors.ts'
import { poll } from '../../../../toolkit/poll.ts'
import { counted } from '../../../../toolkit/text/counted.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { describeServiceRevisions } from '../aws/service-deployments.ts'
import { readService } from '../aws/services.ts'
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

/** How long targets may take to be healthy after ECS has called the rollback complete. */
const HEALTHY_WITHIN_MS = 300_000

/** Waits until all tasks of the service run the revision that it was rolled back to, and every target is healthy. */
export async function verifyRollback(
  aws: AwsCalls,
  { name }: Rollout,
  revision: string,
  deadline: number,
): Promise<Verdict> {
  const { clock, signal } = aws
  // The tasks are recognized by their revision, as the list of deployments can lag behind the rollback.
  const tasks = new TaskTracker({ name, deploymentId: '', taskDefinition: revision, isNew: false, adopts: true })
  const instances = new Map<string, string>()
  const begun = clock.now()
  let missing: readonly string[] = []
  const look = async (): Promise<Verdict | undefined> => {
    const service = observedService(await readService(aws, name))
    const live = liveTasks(await tasks.read(aws))
    const balanced = { cluster: name.cluster, loadBalancers: service.loadBalancers }
    const targets = live.length === 0 ? [] : await readTargets(aws, balanced, live, instances)
    missing = notHealthyYet(revision, service, live, targets)
    if (missing.length > 0) return undefined
    return { status: 'succeeded', reason: '', evidence: found(revision, live, targets) }
  }
  try {
    return await poll(look, {
      clock,
      signal,
      timeoutMs: Math.min(deadline - begun, HEALTHY_WITHIN_MS),
      delayMs: () => pauseAfter(clock.now() - begun),
      what: 'the rollback',
    })
  } catch (error) {
    if (!(error instanceof TimedOutError)) throw error
    return { status: 'failed', reason: `It is not healthy: ${missing.join('; ')}.`, evidence: [] }
  }
}

/**
 * The revision that ECS rolled back to: the last one that completed, which need not be the one before ours. From the service
 * deployment if it can be read, else `shown`: what the list of deployments shows.
 */
export async function revisionRolledBackTo(
  aws: AwsCalls,
  { previousTaskDefinition }: Rollout,
  deployment: ObservedServiceDeployment | undefined,
  shown = previousTaskDefinition,
): Promise<string> {
  if (deployment?.rollbackTo === undefined) return shown
  try {
    const [revision] = await describeServiceRevisions(aws, [deployment.rollbackTo])
    return revision?.taskDefinition ?? shown
  } catch (error) {
    if (isRefusal(error)) return shown
    throw error
  }
}

/** What is not healthy yet; empty for a service that is rolled back. */
function notHealthyYet(
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

/** The evidence for a rollback that is healthy. */
function found(revision: string, live: readonly ObservedTask[], targets: readonly ObservedTarget[]): readonly string[] {
  const tasks = `${counted(live.length, 'task')} ${live.length === 1 ? 'runs' : 'run'} ${revisionName(revision)}`
  const healthy = targets.filter(({ state }) => state === 'healthy').length
  return [targets.length === 0 ? tasks : `${tasks}, with ${counted(healthy, 'healthy target')}`]
}
