import type { Service } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { familyOf, revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { deploymentInProgress } from '../observe/in-progress.ts'
import { type PastDeployment, readHistory } from './history.ts'
import { replayHistory } from './replay.ts'

/**
 * The revision that "back" leads to. Who asks for it says that what runs now is bad, so each time it is the next older one
 * that was healthy, and never one that was left. Two that ask say it once: while the way back is under way it is followed,
 * and a re-run repeats what its run decided. @throws SlipwayError where nothing older is known.
 */
export async function findPreviousRevision(
  { aws, env, log }: Pick<Context, 'aws' | 'env' | 'log'>,
  name: ServiceName,
  service: Service,
): Promise<string> {
  const current = service.taskDefinition ?? ''
  const { older, left } = replayHistory(pastOf(service, await readHistory(aws, name)), current)
  if (left !== undefined) {
    const [who, from, to] = [`service \`${nameOf(name)}\``, revisionName(left), revisionName(current)]
    const { attempt } = readWorkflowRun(env)
    if (deploymentInProgress(service) !== undefined) {
      log.notice(
        `S${who.slice(1)} is on its way back from ${from} to ${to} already, which is followed. To go elsewhere, name the revision: \`rollback-to\`.`,
      )
      return current
    }
    if (attempt !== '1') {
      log.warning(
        `This is attempt ${attempt} of a run, and ${who} went back from ${from} to ${to} already: it stays there. To go further back, start a new run, or name the revision: \`rollback-to\`.`,
      )
      return current
    }
    if (older !== undefined) {
      log.notice(
        `S${who.slice(1)} went back from ${from} to ${to} before: this goes further, to ${revisionName(older)}.`,
      )
    }
  }
  return older ?? nowhere(name, current, left)
}

/**
 * What is known of a service's past, oldest first. Of another family only what still runs tasks counts: what Terraform makes
 * a service from rolls out to the end with no task, and can never run.
 */
function pastOf(
  { taskDefinition = '', deployments = [] }: Service,
  history: readonly PastDeployment[],
): readonly PastDeployment[] {
  const family = familyOf(taskDefinition)
  const own = history.filter((past) => familyOf(past.taskDefinition) === family)
  // What was deployed longer ago than ECS remembers can run all the same, and is there where history may not be read.
  const running = deployments.flatMap(({ taskDefinition: other = '', rolloutState, runningCount = 0, createdAt }) =>
    rolloutState === 'COMPLETED' &&
    other !== taskDefinition &&
    (familyOf(other) === family || runningCount > 0) &&
    own.every((past) => past.taskDefinition !== other)
      ? [{ taskDefinition: other, createdAt: createdAt?.getTime() ?? 0, succeeded: true }]
      : [],
  )
  return [...own, ...running].toSorted((a, b) => a.createdAt - b.createdAt)
}

function nowhere(name: ServiceName, current: string, left: string | undefined): never {
  const how = left === undefined ? '' : `, to which it went back from ${revisionName(left)}`
  throw new SlipwayError(
    `Service \`${nameOf(name)}\` runs ${revisionName(current)}${how}, and no older revision is known that rolled out to the end.`,
    { hint: 'ECS keeps 90 days of history. Name the revision: `rollback-to: 12`.' },
  )
}
