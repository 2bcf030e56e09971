import { StopServiceDeploymentCommand } from '@aws-sdk/client-ecs'
import { describeError } from '../../../../toolkit/errors.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'

type StopType = 'ROLLBACK' | 'ABORT'

/** Asks ECS to end a service deployment. @returns whether it will: one that has already ended cannot be stopped. */
export const stopDeployment = async (
  aws: AwsCalls,
  name: ServiceName,
  serviceDeploymentArn: string,
  stopType: StopType,
): Promise<boolean> => (await refusalToStop(aws, name, serviceDeploymentArn, stopType)) === undefined

/** Asks ECS to end a service deployment. @returns why it will not, in its own words. */
export async function refusalToStop(
  aws: AwsCalls,
  name: ServiceName,
  serviceDeploymentArn: string,
  stopType: StopType,
): Promise<string | undefined> {
  try {
    await aws.call('serviceDeployments', `stop the deployment of service \`${nameOf(name)}\``, (options) =>
      aws.clients.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType }), options),
    )
    return undefined
  } catch (error) {
    // Refused: it is no longer in progress, or not in a state to be stopped. Denied: there may be another way.
    if (isRefusal(error)) return describeError(error)
    throw error
  }
}
