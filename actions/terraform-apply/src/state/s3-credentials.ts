// The credentials that the S3 backend is configured with, for our own S3 client.

import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts'
import type { AwsConfig } from '../../../../toolkit/aws/aws-config.ts'
import { awsError, classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { defined } from '../../../../toolkit/objects.ts'
import type { Backend } from './backend.ts'

type Config = Backend['config']
type Settings = Readonly<Record<string, unknown>>

/** The configuration of a client with the credentials of the backend, which go before the environment's, as with Terraform. */
export function withCredentials(aws: AwsConfig, config: Config) {
  const own = credentialsOf(config, aws)
  if (Object.keys(own).length === 0) return aws
  // Beside the environment's keys the SDK would not look at a profile.
  const { credentials: _, ...rest } = aws
  return { ...rest, ...own }
}

/** Not the permissions of the call that needed the credentials, such as that for the state. */
function notAssumed(error: unknown, doing: string): SlipwayError {
  const failure = awsError(error, doing)
  if (classifyAwsError(error) !== 'denied') return failure
  return new SlipwayError(failure.message, {
    hint: 'The trust policy of the role must allow the credentials of this job, and these must be allowed `sts:AssumeRole` on it (with `sts:TagSession`, if the backend sets tags).',
    cause: error,
  })
}

/** The credential settings of a client. Empty: those of the environment apply. */
function credentialsOf(config: Config, aws: AwsConfig) {
  const own = { ...profileOf(config), ...keysOf(config) }
  const role = roleOf(config)
  if (role === undefined) return own
  const { sts } = (config['endpoints'] ?? {}) as Settings
  const endpoint = text(sts) ?? text(config['sts_endpoint'])
  const region = text(config['sts_region'])
  const credentials = async () => {
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts')
    const client = new STSClient({ ...withCredentials(aws, withoutRole(config)), ...defined({ endpoint, region }) })
    const doing = `assume the role \`${role.RoleArn}\` of the S3 backend (sts:AssumeRole)`
    const { Credentials: given } = await client.send(new AssumeRoleCommand(role)).catch((error: unknown) => {
      throw notAssumed(error, doing)
    })
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {}
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
      throw new SlipwayError(`Could not ${doing}: AWS answered without credentials.`, { hint: 'Run the step again.' })
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      ...defined({ expiration: Expiration }),
    }
  }
  return { ...profileOf(config), credentials }
}

/** Whether the backend block has an access key of its own. */
export const hasKeys = (config: Config): boolean => 'credentials' in keysOf(config)

const profileOf = ({ profile }: Config) => defined({ profile: text(profile) })

function keysOf(config: Config) {
  const accessKeyId = text(config['access_key'])
  const secretAccessKey = text(config['secret_key'])
  if (accessKeyId === undefined || secretAccessKey === undefined) return {}
  return { credentials: { accessKeyId, secretAccessKey, ...defined({ sessionToken: text(config['token']) }) } }
}

/** The role to assume, from the block `assume_role` or from the older settings; `undefined` when there is none. */
export function roleOf(config: Config): AssumeRoleCommandInput | undefined {
  const now = firstBlock(config['assume_role'])
  const role = text(now['role_arn']) === undefined ? olderRole(config) : now
  const arn = text(role['role_arn'])
  if (arn === undefined) return undefined
  const tags = Object.entries((role['tags'] ?? {}) as Settings).map(([Key, value]) => ({ Key, Value: String(value) }))
  const policies = texts(role['policy_arns']).map((policy) => ({ arn: policy }))
  const transitive = texts(role['transitive_tag_keys'])
  return {
    RoleArn: arn,
    RoleSessionName: text(role['session_name']) ?? 'slipway',
    ...defined({
      DurationSeconds: seconds(role['duration']),
      ExternalId: text(role['external_id']),
      Policy: text(role['policy']),
      SourceIdentity: text(role['source_identity']),
    }),
    ...(policies.length === 0 ? {} : { PolicyArns: policies }),
    ...(tags.length === 0 ? {} : { Tags: tags }),
    ...(transitive.length === 0 ? {} : { TransitiveTagKeys: transitive }),
  }
}

/** The role as settings of the backend itself: in OpenTofu, and in Terraform before 1.10. */
const olderRole = (config: Config): Settings => ({
  role_arn: config['role_arn'],
  session_name: config['session_name'],
  external_id: config['external_id'],
  duration: config['assume_role_duration_seconds'],
  policy: config['assume_role_policy'],
  policy_arns: config['assume_role_policy_arns'],
  tags: config['assume_role_tags'],
  transitive_tag_keys: config['assume_role_transitive_tag_keys'],
})

const withoutRole = ({ assume_role: _, role_arn: __, ...rest }: Config): Config => rest

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }

/** Seconds, from a number or a duration of Go such as `1h30m`. AWS accepts no less than 15 minutes. */
function seconds(value: unknown): number | undefined {
  if (typeof value === 'number') return value === 0 ? undefined : value
  const parts = (text(value) ?? '').matchAll(/([\d.]+)(h|m(?!s)|s)/g)
  const sum = [...parts].reduce((total, [, count, unit = '']) => total + Number(count) * (UNITS[unit] ?? 0), 0)
  return sum === 0 ? undefined : Math.round(sum)
}

/** The members of a nested block, which older versions write as a list of one. */
export const firstBlock = (value: unknown): Settings => ([value].flat()[0] ?? {}) as Settings

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
