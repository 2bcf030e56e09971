import { SlipwayError } from '../../../../toolkit/errors.ts'
import { parseReference } from '../../../../toolkit/image-reference.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { nameOf } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { checkImage, type Refusal } from '../task-definition/check-image.ts'
import type { LoadedTaskDefinition } from '../task-definition/load-task-definition.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'

/**
 * Refuses a rollback to a revision whose images ECR has archived or deleted since. One whose tasks still run is not refused:
 * they need not be pulled again.
 * @throws SlipwayError
 */
export async function refuseGoneImages(
  context: Pick<Context, 'aws' | 'env' | 'region'>,
  { name, before }: Pick<ServicePlan, 'name' | 'before'>,
  target: string,
  { registration }: LoadedTaskDefinition,
): Promise<void> {
  const stillRuns = ({ taskDefinition = '', runningCount = 0 }) =>
    runningCount > 0 && revisionName(taskDefinition) === revisionName(target)
  if (before.deployments?.some(stillRuns) === true) return
  const refusal: Refusal = (image, why, detail) =>
    new SlipwayError(
      `Service \`${nameOf(name)}\` cannot be rolled back to ${revisionName(target)}: its task definition has the image \`${image}\`, ${why}`,
      { ...detail, hint: `${detail.hint} To roll back to another revision, set \`rollback-to\`.` },
    )
  await inParallel(registration.containerDefinitions, 4, async ({ name: container = '', image = '' }) => {
    if (parseReference(image).kind === 'reference')
      await checkImage(context, { container, image, input: 'image' }, refusal)
  })
}
