import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Keys } from './client.ts'
import { type Identity, whoAmI } from './identity.ts'

/** The environment's credentials, if they are valid and of the role; else `undefined`, and the log says why. */
export async function existingCredentials(
  inputs: Inputs,
  world: World,
): Promise<{ readonly keys: Keys; readonly identity: Identity } | undefined> {
  const { env, log } = world
  const [accessKeyId, secretAccessKey, sessionToken] = [
    env['AWS_ACCESS_KEY_ID'],
    env['AWS_SECRET_ACCESS_KEY'],
    env['AWS_SESSION_TOKEN'],
  ]
  if (!accessKeyId || !secretAccessKey) {
    log.info('The environment has no AWS credentials to keep.')
    return undefined
  }
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
  const identity = await whoAmI(keys, inputs, world, { isNew: false }).catch((error: unknown) => {
    // Whether they are valid is not known then.
    if (['transient', 'throttled', 'cancelled'].includes(classifyAwsError(error))) throw error
    return undefined
  })
  if (identity !== undefined && isOfRole(identity, inputs)) return { keys, identity }
  log.info(
    identity === undefined
      ? 'The AWS credentials of the environment are not valid any more.'
      : `The AWS credentials of the environment belong to ${identity.arn}.`,
  )
  return undefined
}

/** A session's ARN has the role's name without its path. */
function isOfRole({ account, arn }: Identity, { role }: Inputs): boolean {
  const name = role.arn.slice(role.arn.lastIndexOf('/') + 1)
  return account === role.account && arn.includes(`:assumed-role/${name}/`)
}
