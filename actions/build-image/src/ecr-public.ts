import { awsConfig, awsError } from '../../../toolkit/aws.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { Credentials } from './credentials.ts'

export const isEcrPublic = (host: string): boolean => host === 'public.ecr.aws'

/** Logs in to the ECR public gallery, which hands out tokens in one region only. */
export async function loginToEcrPublic({
  env,
  log,
  signal,
}: Pick<World, 'env' | 'log' | 'signal'>): Promise<Credentials | undefined> {
  // Anyone may pull from it without an AWS account.
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
    throw awsError(error, 'log in to public.ecr.aws (ecr-public:GetAuthorizationToken, sts:GetServiceBearerToken)')
  }
}

const hasAwsCredentials = (env: World['env']) =>
  ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'].some(
    (name) => env[name],
  )
