import type { Service } from '@aws-sdk/client-ecs'
import { isRefusal } from './ask-in-batches.ts'
import type { AwsCalls } from './aws-calls.ts'
import { describeServiceRevisions, listServiceDeployments } from './ecs.ts'
import type { ServiceName } from './service-name.ts'

/**
 * The revision that last rolled out to the end, other than `except`: the one that is complete now, else the newest in the
 * service's history. `undefined` where none is known.
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
  return (await fromHistory(aws, name)).find((taskDefinition) => taskDefinition !== except)
}

/** The revisions of the deployments that succeeded, newest first; empty where they cannot be read. */
async function fromHistory(aws: AwsCalls, name: ServiceName): Promise<readonly string[]> {
  try {
    const listed = await listServiceDeployments(aws, name, { status: ['SUCCESSFUL'] })
    const arns = listed.flatMap(({ targetServiceRevisionArn }) => targetServiceRevisionArn ?? [])
    const revisions = await describeServiceRevisions(aws, [...new Set(arns)])
    const byArn = new Map(
      revisions.map(({ serviceRevisionArn, taskDefinition }) => [serviceRevisionArn, taskDefinition]),
    )
    return arns.flatMap((arn) => byArn.get(arn) ?? [])
  } catch (error) {
    if (isRefusal(error)) return []
    throw error
  }
}
