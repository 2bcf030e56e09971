import type { ECRClient, Repository as EcrRepository } from '@aws-sdk/client-ecr'
import { awsConfig, awsError } from '../../../../toolkit/aws.ts'
import { parseEcrHost } from '../../../../toolkit/ecr-host.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { NewRepository } from '../inputs/new-repository.ts'
import type { Credentials } from './credentials.ts'
import { isLoopback } from './registry-url.ts'

/** A private ECR registry: one per account and region. */
export interface EcrRegistry {
  readonly host: string
  /** Unknown where an emulator's host does not tell; then AWS takes the account of the credentials. */
  readonly account: string | undefined
  readonly region: string
  /** Whether ECR's API can be asked about it; not about an emulator's registry of another account, whose name does not tell whose it is. */
  readonly describable: boolean
  readonly client: ECRClient
}

/**
 * The ECR registry behind a host; `undefined` where it is another kind of registry. Real ones are told by their name. An
 * emulator's (AWS_ENDPOINT_URL) is where GetAuthorizationToken says it is, on this or another loopback address.
 */
export async function findEcr(
  host: string,
  world: Pick<World, 'env' | 'log' | 'signal'>,
): Promise<EcrRegistry | undefined> {
  const parsed = parseEcrHost(host)
  if (parsed !== undefined) return { host, ...parsed, describable: true, client: await ecrClient(world, parsed.region) }
  const emulated = world.env['AWS_ENDPOINT_URL_ECR'] || world.env['AWS_ENDPOINT_URL']
  const { hostname, port } = new URL(`http://${host}`)
  if (!emulated || !isLoopback(hostname)) return undefined
  const { region } = awsConfig(world.env)
  const registry = { host, account: undefined, region, describable: false, client: await ecrClient(world) }
  const proxy = await askToken(registry, world.signal).then(
    ({ proxyEndpoint }) => new URL(proxyEndpoint),
    (error: unknown) => {
      world.log.debug(`${emulated} gives no ECR token, so ${host} is taken for a plain registry: ${error}`)
      return undefined
    },
  )
  if (proxy === undefined || !isLoopback(proxy.hostname) || proxy.port !== port) return undefined
  return { ...registry, describable: proxy.host === host }
}

/** AWS's SDK is loaded where it is used: who pushes elsewhere starts without it. */
async function ecrClient({ env }: Pick<World, 'env'>, region?: string): Promise<ECRClient> {
  const { ECRClient } = await import('@aws-sdk/client-ecr')
  return new ECRClient(awsConfig(env, region))
}

/** Logs in: a token for this registry, for at most 12 hours. It is masked in the log before anyone can use it. */
export async function loginToEcr(registry: EcrRegistry, world: Pick<World, 'log' | 'signal'>): Promise<Credentials> {
  const { token } = await askToken(registry, world.signal)
  const [username = 'AWS', ...rest] = Buffer.from(token, 'base64').toString('utf8').split(':')
  const password = rest.join(':')
  world.log.mask(token)
  world.log.mask(password)
  return { username, password }
}

async function askToken(registry: EcrRegistry, signal: AbortSignal): Promise<{ token: string; proxyEndpoint: string }> {
  const { GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr')
  const registryIds = registry.account === undefined ? undefined : [registry.account]
  try {
    const { authorizationData } = await registry.client.send(
      new GetAuthorizationTokenCommand(registryIds === undefined ? {} : { registryIds }),
      { abortSignal: signal },
    )
    const { authorizationToken: token, proxyEndpoint } = authorizationData?.[0] ?? {}
    if (token === undefined || proxyEndpoint === undefined)
      throw new SlipwayError(`ECR gave no token for ${registry.host}.`, {
        hint: 'Check account and region in the host name, and, with AWS_ENDPOINT_URL, what answers there. Then run the step again.',
      })
    return { token, proxyEndpoint }
  } catch (error) {
    throw awsError(error, `log in to ${registry.host} (ecr:GetAuthorizationToken)`)
  }
}

/** What ECR knows of a repository; `undefined` when there is no such repository. */
export async function describeRepository(
  registry: EcrRegistry,
  repositoryName: string,
  signal: AbortSignal,
): Promise<EcrRepository | undefined> {
  const { DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr')
  try {
    const command = new DescribeRepositoriesCommand({ ...registryId(registry), repositoryNames: [repositoryName] })
    return (await registry.client.send(command, { abortSignal: signal })).repositories?.[0]
  } catch (error) {
    if (error instanceof Error && error.name === 'RepositoryNotFoundException') return undefined
    throw awsError(error, `look up the repository ${registry.host}/${repositoryName} (ecr:DescribeRepositories)`)
  }
}

/** Creates a repository; `false` when someone else has created it in the meantime, which is as good. */
export async function createRepository(
  registry: EcrRegistry,
  repositoryName: string,
  { immutableTags, scanOnPush }: NewRepository,
): Promise<boolean> {
  const { CreateRepositoryCommand } = await import('@aws-sdk/client-ecr')
  try {
    await registry.client.send(
      new CreateRepositoryCommand({
        ...registryId(registry),
        repositoryName,
        imageTagMutability: immutableTags ? 'IMMUTABLE' : 'MUTABLE',
        imageScanningConfiguration: { scanOnPush },
      }),
    )
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'RepositoryAlreadyExistsException') return false
    throw awsError(error, `create the repository ${registry.host}/${repositoryName} (ecr:CreateRepository)`)
  }
}

export const registryId = ({ account }: EcrRegistry): { registryId?: string } =>
  account === undefined ? {} : { registryId: account }
