import type { World } from '../../../toolkit/runtime.ts'
import type { Runner } from './runner.ts'
import type { Session } from './sts/client.ts'

const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const

/** Exports the role's credentials for the steps that follow. They must be masked before. */
export function exportSession(session: Session, region: string, runner: Runner): void {
  const values = {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
  }
  for (const [name, value] of Object.entries(values)) runner.exportVariable(name, value)
  exportRegion(region, runner)
}

/** Exports the region alone, beside credentials that are there already. */
export function exportRegion(region: string, runner: Runner): void {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) runner.exportVariable(name, region)
}

/**
 * Warns of a profile that some programs prefer to the credentials. It cannot be cleared: an exported variable can only be made
 * empty, and the AWS CLI (1 and 2, and all of boto3) ends with "The config profile () could not be found".
 */
export function warnOfProfile({ env, log }: Pick<World, 'env' | 'log'>): void {
  const profile = env['AWS_PROFILE']
  if (!profile) return
  log.warning(
    `AWS_PROFILE is \`${profile}\` in this job. Slipway, the AWS CLI and Terraform use the role's credentials all the same. Actions that use the AWS SDK for JavaScript, such as aws-actions/amazon-ecr-login, use the profile. Unset AWS_PROFILE where it is set: in the workflow, or on the runner.`,
  )
}

/** Clears them: AWS's tools take an empty variable for none. */
export function clearSession(runner: Runner): void {
  for (const name of CREDENTIALS) runner.exportVariable(name, '')
}
