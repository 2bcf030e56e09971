import { awsConfig } from '../../../../toolkit/aws/aws-config.ts'
import { type AwsFailure, awsError, classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { formatRepository, type Repository } from '../../../../toolkit/image-reference.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { type Credentials, parseBasic } from './credentials.ts'

const NEEDED = ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken']

/**
 * Logs in to the ECR public gallery, whose API is in us-east-1 only. `undefined` without AWS credentials, or where AWS refuses
 * them: pulling needs no login, and a deploy role often may not log in (in China it never can).
 */
export async function loginToEcrPublic({
  env,
  log,
  signal,
}: Pick<World, 'env' | 'log' | 'signal'>): Promise<Credentials | undefined> {
  if (!hasAwsCredentials(env)) return undefined
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr-public')
  try {
    // With AWS_USE_FIPS_ENDPOINT the SDK would ask a host that does not exist: this service has no FIPS endpoints.
    const client = new ECRPUBLICClient({ ...awsConfig(env, 'us-east-1'), useFipsEndpoint: false })
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal })
    const token = authorizationData?.authorizationToken ?? ''
    const credentials = parseBasic(token)
    log.mask(token)
    log.mask(credentials.password)
    return credentials
  } catch (error) {
    const failed = awsError(error, `log in to public.ecr.aws (${NEEDED.join(', ')})`)
    if (!LASTING.has(classifyAwsError(error))) throw failed
    log.info(`${failed.message} Continuing without a login, which pulling does not need.`)
    return undefined
  }
}

/** @throws SlipwayError when there is no login, which pushing to the gallery needs. */
export function refuseAnonymousPush(repository: Repository, login: Credentials | undefined): void {
  if (login !== undefined) return
  throw new SlipwayError(`Pushing to ${formatRepository(repository)} needs a login, and there is none.`, {
    hint: `Run assume-role in an earlier step, with a role that allows ${NEEDED.join(' and ')}, or docker/login-action for public.ecr.aws.`,
  })
}

/** Failures that a retry does not fix. A pull works without a login. */
const LASTING: ReadonlySet<AwsFailure> = new Set(['denied', 'expired', 'refused'])

const hasAwsCredentials = (env: World['env']) =>
  ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'].some(
    (name) => env[name],
  )
