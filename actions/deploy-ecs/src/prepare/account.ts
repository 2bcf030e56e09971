import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { refuseOtherAccount } from '../../../../toolkit/aws/account.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'

/** @throws InputError when the credentials are those of another account than `expected-account-id`. */
export async function checkAccount(aws: AwsCalls, expected: string | undefined): Promise<void> {
  if (expected === undefined) return
  const caller = await aws.call('other', 'find out which account the credentials are of', (options) =>
    aws.clients.sts.send(new GetCallerIdentityCommand({}), options),
  )
  refuseOtherAccount(expected, caller)
}
