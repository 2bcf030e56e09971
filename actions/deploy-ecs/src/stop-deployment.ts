import { StopServiceDeploymentCommand } from '@aws-sdk/client-ecs'
import { isRefusal } from './ask-in-batches.ts'
import type { AwsCalls } from './aws-calls.ts'
import { nameOf, type ServiceName } from './service-name.ts'

/** Asks ECS to end a service deployment. @returns whether it will: one that has already ended cannot be stopped. */
export async function stopDeployment(
  aws: AwsCalls,
  name: ServiceName,
  serviceDeploymentArn: string,
  stopType: 'ROLLBACK' | 'ABORT',
): Promise<boolean> {
  try {
    await aws.call('serviceDeployments', `stop the deployment of service \`${nameOf(name)}\``, (options) =>
      aws.clients.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType }), options),
    )
    return true
  } catch (error) {
    // Refused: it is no longer in progress, or not in a state to be stopped. Denied: there may be another way.
    if (isRefusal(error)) return false
    throw error
  }
}
