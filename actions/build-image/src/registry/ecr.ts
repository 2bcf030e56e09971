import type { ECRClient, Repository as EcrRepository } from '@aws-sdk/client-ecr'
import { awsConfig } from '../../../../toolkit/aws/aws-config.ts'
import { awsError } from '../../../../toolkit/aws/aws-error.ts'
import { parseEcrHost } from '../../../../toolkit/aws/ecr-host.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { NewRepository } from '../inputs/new-repository.ts'
import { type Credentials, parseBasic } from './credentials.ts'

/** A private ECR registry: one per account and region. */
export interface EcrRegistry {
  readonly host: string
  /** `undefined` for an emulator, whose host names no account: then the account of the credentials is used. */
  readonly account: string | undefined
  readonly region: string
  /** Whether ECR's API can describe its repositories. False for an emulator's registry of another account. */
  readonly describable: boolean
  readonly client: ECRClient
}

/**
 * The ECR registry of a host; `undefined` for any other registry. AWS's hosts follow a pattern. An emulator's registry
 * (AWS_ENDPOINT_URL) is a loopback address with the port that GetAuthorizationToken returns.
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
    ({ proxyEndpoint }) => URL.parse(proxyEndpoint) ?? undefined,
    (error: unknown) => {
      world.log.debug(`${emulated} returned no ECR token, so ${host} is treated as a plain registry: ${error}`)
      return undefined
    },
  )
  if (proxy === undefined || !isLoopback(proxy.hostname) || proxy.port !== port) return undefined
  return { ...registry, describable: proxy.host === host }
}

/** The AWS SDK is loaded on first use: pushing to other registries starts faster without it. */
async function ecrClient({ env }: Pick<World, 'env'>, region?: string): Promise<ECRClient> {
  const { ECRClient } = await import('@aws-sdk/client-ecr')
  return new ECRClient(awsConfig(env, region))
}

/** Fetches a token for this registry, valid for 12 hours, and masks it in the log. */
export async function loginToEcr(registry: EcrRegistry, world: Pick<World, 'log' | 'signal'>): Promise<Credentials> {
  const { token } = await askToken(registry, world.signal)
  const credentials = parseBasic(token)
  world.log.mask(token)
  world.log.mask(credentials.password)
  return credentials
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
      throw new SlipwayError(`ECR returned no token for ${registry.host}.`, {
        hint: 'Check account and region in the host name, and AWS_ENDPOINT_URL if it is set. Then run the step again.',
      })
    return { token, proxyEndpoint }
  } catch (error) {
    throw awsError(error, `log in to ${registry.host} (ecr:GetAuthorizationToken)`)
  }
}

/** ECR's description of a repository; `undefined` when it does not exist. */
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

/** Creates a repository. Returns false when it exists by now, as another run has created it. */
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
