// Who uses what, with keys in the environment beside a profile, measured in November 2026 (the README has the table):
// - AWS_PROFILE that exists: the AWS SDK for JavaScript takes the profile's credentials, all others the keys of the environment.
// - AWS_PROFILE that does not exist: all fail. AWS_DEFAULT_PROFILE that does not exist: only the AWS CLI and boto3 fail.
// - Either of them empty, which is all that an action can do: the AWS CLI (1 and 2) and boto3 fail.
import { hasProfile } from '../../../toolkit/aws/profile.ts'
import type { Environment, World } from '../../../toolkit/runtime.ts'
import type { Runner } from './runner.ts'

const VARIABLES = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'] as const
const CLI_FAILS = 'the AWS CLI and boto3 fail with an empty one ("The config profile () could not be found")'

/**
 * Warns of a profile in the environment that later steps would use in place of the exported credentials, or fail with. With
 * `clear` it is exported empty instead: an action cannot unset a variable.
 */
export function treatProfile(clear: boolean, { env, log }: Pick<World, 'env' | 'log'>, runner: Runner): void {
  for (const name of VARIABLES) {
    const profile = env[name]
    if (!profile) continue
    if (clear) {
      runner.exportVariable(name, '')
      log.info(`Exported ${name} empty (it was \`${profile}\`): ${CLI_FAILS}.`)
    } else {
      const problem = problemOf(name, profile, env)
      if (problem !== undefined) log.warning(`${name} is \`${profile}\` in this job${problem} ${adviceOn(name)}`)
    }
  }
}

/** The end of a sentence about the variable, and what it does. */
function problemOf(name: (typeof VARIABLES)[number], profile: string, env: Environment): string | undefined {
  const main = name === 'AWS_PROFILE'
  if (!hasProfile(env, profile)) {
    const failing = main ? 'The AWS CLI, boto3, Terraform and the AWS SDK for JavaScript' : 'The AWS CLI and boto3'
    return `, and this runner has no such profile. ${failing} fail with it, although the role's credentials are exported.`
  }
  return main
    ? ". Slipway, the AWS CLI, boto3 and Terraform use the role's credentials all the same. Actions that use the AWS SDK for JavaScript, such as aws-actions/amazon-ecr-login, use the profile."
    : undefined
}

const adviceOn = (name: string) =>
  `Unset ${name} where it is set: in the workflow, or on the runner. Where you cannot, \`clear-aws-profile: true\` exports it empty for the steps that follow; ${CLI_FAILS}.`
