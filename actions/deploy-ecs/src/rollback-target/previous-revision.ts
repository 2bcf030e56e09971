import type { Service } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { familyOf, revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { deploymentInProgress } from '../observe/in-progress.ts'
import { type PastDeployment, readHistory } from './history.ts'
import { registeredAgain } from './registered-again.ts'
import { type RollbackTarget, replayHistory } from './replay.ts'

/**
 * The revisions that `command: rollback` goes to without `rollback-to`, the first choice first, at least one. Each rollback says that the current revision is bad, so
 * each goes to the next older revision that was healthy, and never to one that was rolled back. The same rollback is not done
 * twice: one in progress is followed, and a second attempt of a run keeps what the first has done.
 * @throws SlipwayError where no older revision is known.
 */
export async function findPreviousRevisions(
  { aws, env, log }: Pick<Context, 'aws' | 'env' | 'log'>,
  name: ServiceName,
  service: Service,
): Promise<readonly string[]> {
  const current = service.taskDefinition ?? ''
  const { older, rolledBackFrom } = await replay(aws, pastOf(service, await readHistory(aws, name)), current)
  if (rolledBackFrom !== undefined) {
    const [who, from, to] = [`Service \`${nameOf(name)}\``, revisionName(rolledBackFrom), revisionName(current)]
    const { attempt } = readWorkflowRun(env)
    if (deploymentInProgress(service) !== undefined) {
      log.notice(
        `${who} is already rolling back from ${from} to ${to}: following that. For another revision, set \`rollback-to\`.`,
      )
      return [current]
    }
    if (attempt !== '1') {
      log.warning(
        `${who} stays at ${to}: an earlier attempt of this run (this is attempt ${attempt}) rolled it back from ${from}. To go further back, start a new run or set \`rollback-to\`.`,
      )
      return [current]
    }
    if (older[0] !== undefined) {
      log.notice(
        `${who} was rolled back from ${from} to ${to} before: rolling back further, to ${revisionName(older[0])}.`,
      )
    }
  }
  return older.length > 0 ? older : nowhere(name, current, rolledBackFrom)
}

/** Replays the history. The current revision stands for the first one that it is a copy of. */
async function replay(aws: AwsCalls, past: readonly PastDeployment[], current: string): Promise<RollbackTarget> {
  const others = past.map(({ taskDefinition }) => taskDefinition).filter((other) => other !== current)
  const copies = await registeredAgain(aws, current, others)
  const first = others.find((other) => copies.has(other))
  if (first === undefined) return replayHistory(past, current)
  const isCopy = (revision: string) => revision === current || copies.has(revision)
  const mapped = past.map((each) => (isCopy(each.taskDefinition) ? { ...each, taskDefinition: first } : each))
  return replayHistory(mapped, first)
}

/**
 * The past deployments of a service, oldest first. One of another family counts only while it runs tasks: the task definition
 * that Terraform creates a service with completes without any task, and may not be able to run.
 */
function pastOf(
  { taskDefinition = '', deployments = [] }: Service,
  history: readonly PastDeployment[],
): readonly PastDeployment[] {
  const family = familyOf(taskDefinition)
  const own = history.filter((past) => familyOf(past.taskDefinition) === family)
  // The service's list of deployments can have one that is older than the history, and is readable where the history is not.
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

function nowhere(name: ServiceName, current: string, rolledBackFrom: string | undefined): never {
  const how = rolledBackFrom === undefined ? '' : ` (rolled back from ${revisionName(rolledBackFrom)})`
  throw new SlipwayError(
    `Service \`${nameOf(name)}\` runs ${revisionName(current)}${how}, and no older revision is known that was deployed successfully.`,
    { hint: 'ECS keeps 90 days of history. Set the revision, for example `rollback-to: 12`.' },
  )
}
