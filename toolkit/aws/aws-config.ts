import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { systemClock } from '../clock.ts'
import { SlipwayError } from '../errors.ts'
import { openAgents } from '../http/agents.ts'
import { isConnectionError } from '../http/connection-error.ts'
import { readProxySettings } from '../http/proxy.ts'
import type { Environment } from '../runtime.ts'
import { VERSION } from '../version.ts'
import { readCaBundle } from './ca-bundle.ts'
import { type AnswerLimits, type Extension, limitAnswers } from './limit-answers.ts'
import { profileName } from './profile.ts'

/**
 * Configuration of every AWS SDK client. The SDK itself reads AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT and
 * AWS_USE_DUALSTACK_ENDPOINT, the same settings of the profile, and credentials where the environment has no keys.
 */
export interface AwsConfig {
  readonly region: string
  readonly credentials?: EnvironmentKeys
  /** Where AWS_DEFAULT_PROFILE names it. AWS_PROFILE is read by the SDK. */
  readonly profile?: string
  /** Set by a caller that knows better than the environment. */
  readonly useFipsEndpoint?: boolean
  readonly useDualstackEndpoint?: boolean
  readonly customUserAgent: [string, string][]
  readonly retryMode: 'standard'
  readonly maxAttempts: number
  /** Milliseconds. The SDK has no limits by default: a dead connection would hold a step past its time-out. */
  readonly requestHandler: {
    readonly connectionTimeout: number
    readonly socketTimeout: number
    readonly httpAgent?: HttpAgent
    readonly httpsAgent?: HttpsAgent
  }
  readonly extensions: Extension[]
}

/** Limits of answers, and whether any certificate is accepted. */
export interface AwsOptions extends Partial<AnswerLimits> {
  readonly insecure?: boolean
}

/** The keys of the environment, as assume-role exports them. */
interface EnvironmentKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * Has the SDK retry each connection error of our list: its own list is shorter, and knows no broken answer (HPE_*), no
 * AggregateError without a code and no failed tunnel through a proxy.
 */
const retryConnectionErrors: Extension = {
  configure(client) {
    const handler = client.httpHandler()
    const handle = handler.handle.bind(handler)
    handler.handle = (...request) =>
      handle(...request).catch((error: object) => {
        throw isConnectionError(error) ? Object.assign(error, { $retryable: {} }) : error
      })
  },
}

/** The largest answers that we ask for are pages of descriptions, with some megabytes. */
const LIMITS: AnswerLimits = { bytes: 64 * 1024 * 1024, ms: 2 * 60_000, clock: systemClock }

/**
 * The region from the input, else from the environment, as assume-role and aws-actions/configure-aws-credentials set it.
 * @throws SlipwayError when there is none.
 */
export function awsConfig(
  env: Environment,
  region?: string,
  { insecure = false, ...limits }: AwsOptions = {},
): AwsConfig {
  const chosen = region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'])
  if (chosen === undefined || chosen === '') {
    throw new SlipwayError('No AWS region is set.', {
      hint: 'Set the input `aws-region`, here or of assume-role (or aws-actions/configure-aws-credentials) in an earlier step.',
    })
  }
  return {
    region: chosen,
    ...keys(env),
    ...profile(env),
    customUserAgent: [['slipway', VERSION]],
    retryMode: 'standard',
    maxAttempts: 5,
    // `socketTimeout` limits silence, not the whole answer. (The SDK's `requestTimeout` only warns by default.)
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 20_000, ...agents(env, insecure) },
    // In this order: an answer that takes too long is an error of the connection, too.
    extensions: [limitAnswers({ ...LIMITS, ...limits }), retryConnectionErrors],
  }
}

/**
 * The environment's keys, where it has both. The AWS CLI and Terraform prefer them to AWS_PROFILE; the SDK for JavaScript alone
 * prefers the profile, and would sign as another identity than the other steps of the job.
 */
function keys(env: Environment): { credentials?: EnvironmentKeys } {
  const [accessKeyId, secretAccessKey] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']]
  if (!accessKeyId || !secretAccessKey) return {}
  const sessionToken = env['AWS_SESSION_TOKEN']
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } }
}

/** The SDK for JavaScript alone does not read AWS_DEFAULT_PROFILE, and would use another identity than the AWS CLI and Terraform. */
function profile(env: Environment): { profile?: string } {
  const name = profileName(env)
  return !env['AWS_PROFILE'] && name !== 'default' ? { profile: name } : {}
}

/**
 * Agents for the proxy and the certificates that the environment or the profile names: the SDK reads neither HTTPS_PROXY nor
 * AWS_CA_BUNDLE.
 * Without them the SDK opens its own.
 */
function agents(env: Environment, insecure: boolean): { httpAgent?: HttpAgent; httpsAgent?: HttpsAgent } {
  const certificates = readCaBundle(env)
  if (certificates === undefined && !insecure && readProxySettings(env) === undefined) return {}
  // As many sockets as the SDK's own agents have.
  const { http, https } = openAgents(env, { keepAlive: true, maxSockets: 50, certificates, insecure })
  return { httpAgent: http, httpsAgent: https }
}
