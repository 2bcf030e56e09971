import type { Service } from '@aws-sdk/client-ecs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { ServiceName } from '../aws/service-name.ts'
import { readHistory } from './history.ts'

/**
 * The revision to go back to after a failed deploy of `except`: that of another deployment that is COMPLETED now, else that of
 * the newest successful deployment in the history. `undefined` where none is known.
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
