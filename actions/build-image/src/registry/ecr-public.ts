import { type AwsFailure, awsConfig, awsError, classifyAwsError } from '../../../../toolkit/aws.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { formatRepository, type Repository } from '../../../../toolkit/image-reference.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Credentials } from './credentials.ts'

const NEEDED = ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken']

/**
 * Logs in to the ECR public gallery, which hands out tokens in one region only. `undefined` where there are no credentials, or
 * AWS does not take them: a role for deploys seldom may log in, one in China never can, and anyone may pull.
 */
export async function loginToEcrPublic({
  env,
  log,
  signal,
}: Pick<World, 'env' | 'log' | 'signal'>): Promise<Credentials | undefined> {
  if (!hasAwsCredentials(env)) return undefined
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr-public')
  try {
    const client = new ECRPUBLICClient(awsConfig(env, 'us-east-1'))
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal })
    const token = authorizationData?.authorizationToken ?? ''
    const [username = 'AWS', ...password] = Buffer.from(token, 'base64').toString('utf8').split(':')
    log.mask(token)
    log.mask(password.join(':'))
    return { username, password: password.join(':') }
  } catch (error) {
    const failed = awsError(error, `log in to public.ecr.aws (${NEEDED.join(', ')})`)
    if (!LASTING.has(classifyAwsError(error))) throw failed
    log.info(`${failed.message} Going on without a login: anyone may pull from it.`)
    return undefined
  }
}

/** @throws SlipwayError when there is no login to push to the gallery with. */
export function refuseAnonymousPush(repository: Repository, login: Credentials | undefined): void {
  if (login !== undefined) return
  throw new SlipwayError(`Nobody may push to ${formatRepository(repository)} without a login, and there is none.`, {
    hint: `Run assume-role in an earlier step, with a role that is allowed ${NEEDED.join(' and ')}, or docker/login-action for public.ecr.aws.`,
  })
}

/** These do not pass by themselves, and who only pulls does well without. */
const LASTING: ReadonlySet<AwsFailure> = new Set(['denied', 'expired', 'refused'])

const hasAwsCredentials = (env: World['env']) =>
  ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'].some(
    (name) => env[name],
  )
