// What a rehearsal runs in place of actions that need GitHub or the internet. This table is all there is; the README
// tells it to users.
import { execFileSync } from 'node:child_process'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { StandIn } from '../runner/stand-in.ts'

/** The rehearsal's own keys: what the cloud takes for the user that may assume the roles. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export const standIns = (keys: Keys): Readonly<Record<string, StandIn>> => ({
  'actions/checkout': checkout,
  'aws-actions/configure-aws-credentials': configureAwsCredentials(keys),
  'hashicorp/setup-terraform': setupTerraform,
})

/** Fetches the commit of the event from the repository's folder, with git. */
const checkout: StandIn = {
  inputs: ['ref', 'fetch-depth', 'persist-credentials'],
  run: async ({ inputs, github, workspace, source, log }) => {
    const wanted = inputs['ref'] || String(github['sha'])
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', workspace, ...args], { encoding: 'utf8', stdio: 'pipe' })
    git('init', '--quiet')
    git('fetch', '--quiet', '--depth=1', `file://${source}`, wanted)
    git('checkout', '--quiet', '--force', 'FETCH_HEAD')
    const commit = git('rev-parse', 'HEAD').trim()
    log(`Checked out ${commit} from the rehearsal's repository`)
    return { outputs: { ref: wanted, commit } }
  },
}

/** Assumes the role for real, against the STS that AWS_ENDPOINT_URL names, with the rehearsal's keys in place of OIDC. */
const configureAwsCredentials = (keys: Keys): StandIn => ({
  inputs: ['aws-region', 'role-to-assume', 'role-session-name', 'role-duration-seconds', 'mask-aws-account-id'],
  run: async ({ inputs, env, permissions, mask, log }) => {
    const region = required(inputs, 'aws-region')
    const role = required(inputs, 'role-to-assume')
    if (permissions['id-token'] !== 'write') {
      throw new Error('Credentials could not be loaded: the job needs `permissions: id-token: write` to assume a role.')
    }
    const endpoint = env['AWS_ENDPOINT_URL']
    if (!endpoint) throw new Error('AWS_ENDPOINT_URL is not set, and a rehearsal never asks the real AWS.')
    const sts = new STSClient({ region, endpoint, credentials: { ...keys } })
    const answer = await sts.send(
      new AssumeRoleCommand({ RoleArn: role, RoleSessionName: inputs['role-session-name'] || 'GitHubActions' }),
    )
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {}
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error(`STS gave no credentials for ${role}.`)
    mask(SecretAccessKey)
    mask(SessionToken)
    log(`Assumed ${answer.AssumedRoleUser?.Arn}`)
    return {
      outputs: { 'aws-account-id': role.split(':')[4] ?? '' },
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

/** The Terraform on the PATH is the one. */
const setupTerraform: StandIn = {
  inputs: ['terraform_version', 'terraform_wrapper'],
  run: async ({ env, log }) => {
    const version = execFileSync('terraform', ['version'], { env: { ...env }, encoding: 'utf8' }).split('\n')[0]
    log(`Using the machine's own ${version}`)
    return {}
  },
}

function required(inputs: Readonly<Record<string, string>>, name: string): string {
  const value = inputs[name]
  if (!value) throw new Error(`Input required and not supplied: ${name}`)
  return value
}
