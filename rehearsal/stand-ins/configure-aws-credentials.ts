import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { parseArn } from '../cloud/kernel/arn.ts'
import type { StandIn } from '../runner/stand-in.ts'

/** Access key of the cloud's user that may assume the roles. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/**
 * Simulates aws-actions/configure-aws-credentials: assumes the role with the STS at AWS_ENDPOINT_URL, with the rehearsal's
 * keys in place of an OIDC token.
 */
export const configureAwsCredentials = (keys: Keys): StandIn => ({
  inputs: ['aws-region', 'role-to-assume', 'role-session-name', 'role-duration-seconds', 'mask-aws-account-id'],
  run: async ({ inputs, env, permissions, mask, log }) => {
    const region = required(inputs, 'aws-region')
    const role = required(inputs, 'role-to-assume')
    if (permissions['id-token'] !== 'write') {
      throw new Error('Credentials could not be loaded: the job needs `permissions: id-token: write` to assume a role.')
    }
    const endpoint = env['AWS_ENDPOINT_URL']
    if (!endpoint) throw new Error('AWS_ENDPOINT_URL is not set. A rehearsal never calls the real AWS.')
    const sts = new STSClient({ region, endpoint, credentials: { ...keys } })
    const answer = await sts.send(
      new AssumeRoleCommand({ RoleArn: role, RoleSessionName: inputs['role-session-name'] || 'GitHubActions' }),
    )
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {}
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error(`STS returned no credentials for ${role}.`)
    mask(SecretAccessKey)
    mask(SessionToken)
    log(`Assumed ${answer.AssumedRoleUser?.Arn}`)
    return {
      outputs: { 'aws-account-id': parseArn(role)?.account ?? '' },
      env: {
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: AccessKeyId,
        AWS_SECRET_ACCESS_KEY: SecretAccessKey,
        AWS_SESSION_TOKEN: SessionToken,
      },
    }
  },
})

function required(inputs: Readonly<Record<string, string>>, name: string): string {
  const value = inputs[name]
  if (!value) throw new Error(`Input required and not supplied: ${name}`)
  return value
}
