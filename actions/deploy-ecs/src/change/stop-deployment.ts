import { StopServiceDeploymentCommand } from '@aws-sdk/client-ecs'
import { describeError } from '../../../../toolkit/errors.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'

type StopType = 'ROLLBACK' | 'ABORT'

/** Stops a service deployment. @returns false if ECS refuses, as for one that has ended already. */
export const stopDeployment = async (
  aws: AwsCalls,
  name: ServiceName,
  serviceDeploymentArn: string,
  stopType: StopType,
): Promise<boolean> => (await refusalToStop(aws, name, serviceDeploymentArn, stopType)) === undefined

/** Stops a service deployment. @returns ECS's error message if it refuses, else `undefined`. */
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
    // Refused: it is no longer in progress. Denied: the caller may have another way to roll back.
    if (isRefusal(error)) return describeError(error)
    throw error
  }
}
