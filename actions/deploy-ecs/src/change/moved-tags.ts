// A tag can name another image than the one that the tasks run. The task definition is the same then, and an update with it starts
// nothing.
import { parseReference } from '../../../../toolkit/image-reference.ts'
import { isRefusal } from '../aws/errors.ts'
import { nameOf } from '../aws/service-name.ts'
import { describeTasks, listTasks } from '../aws/tasks.ts'
import type { Context } from '../inputs/context.ts'
import { observedService, observedTask } from '../observe/model.ts'
import { primaryOf } from '../observe/rollout.ts'
import { liveTasks } from '../observe/task-health.ts'
import { imagesNamed } from '../task-definition/images-to-ship.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import type { ShippedImage } from '../task-definition/shipped-image.ts'
import { wantsTasks } from './start-rollout.ts'

/**
 * A tag for which a deploy of the revision that the service runs already has to start new tasks, with why: it names another image
 * than the tasks run, or that is not known. `undefined` where no tag has moved, and where the update starts new tasks anyway.
 */
export async function movedTag(
  { aws, inputs }: Pick<Context, 'aws' | 'inputs'>,
  plan: ServicePlan,
  taskDefinition: string,
): Promise<string | undefined> {
  const { name, before } = plan
  const primary = primaryOf(observedService(before))
  const startsNothing =
    inputs.command !== 'rollback' &&
    inputs.serviceChanges.forceNewDeployment !== true &&
    taskDefinition === before.taskDefinition &&
    primary?.taskDefinition === taskDefinition &&
    // The tags of a deployment in progress were resolved a moment ago.
    primary.rolloutState !== 'IN_PROGRESS' &&
    wantsTasks(before)
  const tags = startsNothing ? tagsOf(inputs, plan) : []
  if (tags.length === 0) return undefined
  const unknown = tags.find(({ digest }) => digest === undefined)
  if (unknown !== undefined) return `${unknown.image} names a tag, which may have moved`
  try {
    const arns = await listTasks(aws, name, 'RUNNING')
    const live = liveTasks((await describeTasks(aws, name.cluster, arns)).map(observedTask))
    const runs = ({ container, digest }: ShippedImage) =>
      live.every(({ containers }) =>
        containers.some((running) => running.name === container && running.imageDigest === digest),
      )
    const moved = tags.find((image) => !runs(image))
    return moved && `${moved.image} is ${moved.digest} now, which not all tasks of \`${nameOf(name)}\` run`
  } catch (error) {
    if (!isRefusal(error)) throw error
    return `${tags[0]?.image} names a tag, and the tasks may not be read`
  }
}

/** The images without a digest that the deploy names. */
const tagsOf = (
  { taskDefinitionSource }: Pick<Context['inputs'], 'taskDefinitionSource'>,
  { shipped }: ServicePlan,
): readonly ShippedImage[] =>
  imagesNamed(taskDefinitionSource, shipped).filter(({ image }) => {
    const reference = parseReference(image)
    return reference.kind === 'reference' && reference.digest === undefined
  })
