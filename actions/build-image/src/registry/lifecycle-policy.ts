import { awsError } from '../../../../toolkit/aws/aws-error.ts'
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
 * Sets the lifecycle policy of a repository that has none: an earlier run may have created the repository and failed before
 * setting it. An existing policy is not changed.
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
      return log.info(`${name}: lifecycle policy set, as it had none`)
    }
    if (!/AccessDenied/.test(String(error))) {
      throw awsError(error, `look up the lifecycle policy of ${name} (ecr:GetLifecyclePolicy)`)
    }
    log.info(`${name}: no permission to read the lifecycle policy (ecr:GetLifecyclePolicy); it is left as it is.`)
  }
}
