import type { Service } from '@aws-sdk/client-ecs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { ServiceName } from '../aws/service-name.ts'
import { readHistory } from './history.ts'

/**
 * What ran before a deploy that failed: the revision that last rolled out to the end, other than `except`. That is the one
 * that is complete now, else the newest in the service's history. `undefined` where none is known.
 */
export async function lastHealthy(
  aws: AwsCalls,
  name: ServiceName,
  service: Service,
  except: string,
): Promise<string | undefined> {
  const { deployments = [] } = service
  const complete = deployments.find(
    ({ rolloutState, taskDefinition }) => rolloutState === 'COMPLETED' && taskDefinition !== except,
  )
  if (complete?.taskDefinition !== undefined) return complete.taskDefinition
  const history = await readHistory(aws, name, { status: ['SUCCESSFUL'] })
  return history.find(({ taskDefinition }) => taskDefinition !== except)?.taskDefinition
}
