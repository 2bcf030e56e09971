import type { Service } from '@aws-sdk/client-ecs'
import type { AwsCalls } from './aws-calls.ts'
import { readHistory } from './history.ts'
import type { ServiceName } from './service-name.ts'

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
