import { awsError } from '../../../../toolkit/aws.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { type EcrRegistry, registryId } from './ecr.ts'

/** Sets a repository's lifecycle policy. */
export async function putLifecyclePolicy(ecr: EcrRegistry, repositoryName: string, policy: string): Promise<void> {
  const { PutLifecyclePolicyCommand } = await import('@aws-sdk/client-ecr')
  const command = new PutLifecyclePolicyCommand({ ...registryId(ecr), repositoryName, lifecyclePolicyText: policy })
  await ecr.client.send(command).catch((error: unknown) => {
    throw awsError(error, `set the lifecycle policy of ${ecr.host}/${repositoryName} (ecr:PutLifecyclePolicy)`)
  })
}

/**
 * Sets the lifecycle policy of a repository that has none: a run may have created it, and have failed before this. One that is
 * there is someone's, and stays.
 */
export async function putMissingLifecyclePolicy(
  ecr: EcrRegistry,
  repositoryName: string,
  policy: string,
  { log, signal }: Pick<World, 'log' | 'signal'>,
): Promise<void> {
  const { GetLifecyclePolicyCommand } = await import('@aws-sdk/client-ecr')
  const name = `${ecr.host}/${repositoryName}`
  try {
    const command = new GetLifecyclePolicyCommand({ ...registryId(ecr), repositoryName })
    await ecr.client.send(command, { abortSignal: signal })
  } catch (error) {
    if (error instanceof Error && error.name === 'LifecyclePolicyNotFoundException') {
      await putLifecyclePolicy(ecr, repositoryName, policy)
      return log.info(`${name}: had no lifecycle policy, and has one now`)
    }
    if (!/AccessDenied/.test(String(error))) {
      throw awsError(error, `look up the lifecycle policy of ${name} (ecr:GetLifecyclePolicy)`)
    }
    log.info(`${name}: its lifecycle policy may not be looked up (ecr:GetLifecyclePolicy), going on without.`)
  }
}
