import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { awsConfig } from '../../../toolkit/aws/aws-config.ts'
import { awsError } from '../../../toolkit/aws/aws-error.ts'
import { throwIfCancelled } from '../../../toolkit/clock.ts'
import { SlipwayError } from '../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../toolkit/github.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { hintFor } from './hints.ts'
import type { Inputs } from './inputs.ts'
import type { Runner } from './runner.ts'
import { sessionTags } from './session-tags.ts'
import { readTokenFile } from './token-file.ts'

/** Temporary credentials of a role. */
export interface Session {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

export interface Identity {
  readonly account: string
  readonly arn: string
}

/** Assumes the role with the job's OpenID Connect token, or with the credentials in the environment. */
export async function assumeRole(inputs: Inputs, { env, signal, log }: World, runner: Runner): Promise<Session> {
  const doing = `assume the role \`${inputs.role.arn}\``
  const sts = client(inputs, env)
  let token: string | undefined
  try {
    if (inputs.method === 'web-identity') {
      token =
        inputs.tokenFile === undefined
          ? await jobToken(inputs.audience, runner, signal)
          : readTokenFile(inputs.tokenFile)
      log.mask(token)
      const command = new AssumeRoleWithWebIdentityCommand({ ...request(inputs), WebIdentityToken: token })
      return sessionOf((await sts.send(command, { abortSignal: signal })).Credentials, doing)
    }
    const command = new AssumeRoleCommand({
      ...request(inputs),
      ...(inputs.externalId === undefined ? {} : { ExternalId: inputs.externalId }),
      ...(inputs.tagSession ? { Tags: [...sessionTags(readWorkflowRun(env)), ...inputs.customTags] } : {}),
      ...(inputs.transitiveTagKeys.length === 0 ? {} : { TransitiveTagKeys: [...inputs.transitiveTagKeys] }),
    })
    return sessionOf((await sts.send(command, { abortSignal: signal })).Credentials, doing)
  } catch (error) {
    const hint = hintFor(error, inputs, token)
    const failure = awsError(error, doing)
    throw hint === undefined ? failure : new SlipwayError(failure.message, { hint, cause: error })
  } finally {
    sts.destroy()
  }
}

/** The identity that the credentials belong to. */
export async function whoAmI(keys: Keys, inputs: Inputs, { env, signal }: World): Promise<Identity> {
  const sts = client(inputs, env, keys)
  try {
    const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand(), { abortSignal: signal })
    return { account: Account, arn: Arn }
  } catch (error) {
    throw awsError(error, 'check the identity of the assumed role')
  } finally {
    sts.destroy()
  }
}

/** The keys of a session, or those of a user, which have no token. */
export type Keys = Omit<Session, 'expiration' | 'sessionToken'> & { readonly sessionToken?: string }

const client = ({ region }: Inputs, env: World['env'], credentials?: Keys) =>
  new STSClient({
    ...awsConfig(env, region),
    ...(credentials === undefined ? {} : { credentials }),
  })

const request = (inputs: Inputs) => ({
  RoleArn: inputs.role.arn,
  RoleSessionName: inputs.sessionName,
  DurationSeconds: inputs.durationSeconds,
  ...(inputs.inlineSessionPolicy === undefined ? {} : { Policy: inputs.inlineSessionPolicy }),
  ...(inputs.managedSessionPolicies.length === 0
    ? {}
    : { PolicyArns: inputs.managedSessionPolicies.map((arn) => ({ arn })) }),
})

const TOKEN_TIMEOUT_MS = 60_000

async function jobToken(audience: string, runner: Runner, signal: AbortSignal): Promise<string> {
  const stopped = Promise.withResolvers<never>()
  const cancel = () => stopped.reject(signal.reason)
  const timer = setTimeout(() => stopped.reject(new Error('There was no answer within a minute.')), TOKEN_TIMEOUT_MS)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await Promise.race([runner.idToken(audience), stopped.promise])
  } catch (cause) {
    throwIfCancelled(signal)
    throw new SlipwayError('GitHub did not issue an OIDC token for the job.', {
      hint: 'Run the job again. If it fails again, check https://www.githubstatus.com and that the job has `permissions: id-token: write`.',
      cause,
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

interface RawCredentials {
  readonly AccessKeyId?: string | undefined
  readonly SecretAccessKey?: string | undefined
  readonly SessionToken?: string | undefined
  readonly Expiration?: Date | undefined
}

function sessionOf(credentials: RawCredentials | undefined, doing: string): Session {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {}
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new SlipwayError(`Could not ${doing}: AWS answered without credentials.`, { hint: 'Run the step again.' })
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  }
}
