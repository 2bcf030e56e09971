import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { awsConfig, awsError } from '../../../toolkit/aws.ts'
import { InputError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'

/** Makes sure that the credentials are those of the expected account, before Terraform sees them. */
export async function checkAccount(expected: string | undefined, world: World): Promise<void> {
  if (expected === undefined) return
  const sts = new STSClient(awsConfig(world.env))
  const caller = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: world.signal }).catch((error) => {
    throw awsError(error, 'find out whose credentials these are (sts:GetCallerIdentity)')
  })
  if (caller.Account !== expected) {
    throw new InputError(
      'expected-account-id',
      `is ${expected}, and the credentials are of account ${caller.Account}.`,
      {
        hint: `Nothing was changed. They belong to ${caller.Arn}; check the role that an earlier step assumes.`,
      },
    )
  }
  world.log.info(`AWS account ${caller.Account}, as ${caller.Arn}`)
}
