import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { callSts } from './attempts.ts'
import { type Keys, stsClient } from './client.ts'
import { errorCode } from './sts-error.ts'

export interface Identity {
  readonly account: string
  readonly arn: string
}

/**
 * The identity that the credentials belong to. Where they are `new`, AWS is asked again while it does not know them: IAM is
 * eventually consistent, most of all for a role that was created a moment ago.
 */
export async function whoAmI(keys: Keys, inputs: Inputs, world: World, { isNew = true } = {}): Promise<Identity> {
  const sts = stsClient(inputs, world.env, keys)
  const command = new GetCallerIdentityCommand()
  const isUnknown = (error: unknown) => isNew && errorCode(error) === 'InvalidClientTokenId'
  try {
    const { Account = '', Arn = '' } = await callSts(
      {
        doing: isNew ? 'check the identity of the assumed role' : 'check the credentials of the environment',
        task: () => sts.send(command, { abortSignal: world.signal }),
        passes: isUnknown,
        hint: (error) => (isUnknown(error) ? UNKNOWN : undefined),
      },
      world,
    )
    return { account: Account, arn: Arn }
  } finally {
    sts.destroy()
  }
}

const UNKNOWN =
  'AWS issued these credentials a moment ago and does not know them yet, as happens with a role that was just created. Run the step again. If it fails again, check that the account has enabled the region.'
