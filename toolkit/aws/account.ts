import { InputError } from '../errors.ts'
import type { InputReader } from '../inputs.ts'
import type { World } from '../runtime.ts'
import { awsConfig } from './aws-config.ts'
import { awsError } from './aws-error.ts'

/** Reads `expected-account-id`. */
export function readAccountId(reader: InputReader): string | undefined {
  const id = reader.text('expected-account-id')
  if (id === undefined || /^\d{12}$/.test(id)) return id
  throw new InputError('expected-account-id', `is \`${id}\`, which is not an AWS account ID.`, {
    hint: "Write its twelve digits in quotes, for example `'123456789012'`: YAML drops leading zeros without them.",
  })
}

/** The owner of the credentials, from sts:GetCallerIdentity. */
export interface Caller {
  readonly Account?: string | undefined
  readonly Arn?: string | undefined
}

/** @throws InputError when the credentials are those of another account. */
export function refuseOtherAccount(expected: string, { Account, Arn }: Caller): void {
  if (Account === expected) return
  throw new InputError(
    'expected-account-id',
    `is ${expected}, but the credentials belong to account ${Account} (${Arn}).`,
    {
      hint: 'Nothing was changed. Check which role an earlier step assumed.',
    },
  )
}

/** Checks, before anything is changed, that the credentials belong to the expected account. */
export async function checkAccount(expected: string | undefined, world: World, region?: string): Promise<void> {
  if (expected === undefined) return
  // Loaded only here: an action that has no account to check starts faster without it.
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts')
  const sts = new STSClient(awsConfig(world.env, region))
  const caller = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: world.signal }).catch((error) => {
    throw awsError(error, 'read the account of the credentials (sts:GetCallerIdentity)')
  })
  refuseOtherAccount(expected, caller)
  world.log.info(`AWS account ${caller.Account}, as ${caller.Arn}`)
}
