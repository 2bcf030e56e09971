import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { awsConfig, awsError } from '../../../toolkit/aws.ts'
import { InputError } from '../../../toolkit/errors.ts'
import type { InputReader } from '../../../toolkit/inputs.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { Destination } from './destinations.ts'
import { parseEcrHost } from './ecr.ts'
import { formatRepository } from './image-reference.ts'
import type { Registries } from './registries.ts'

/** Reads `expected-account-id`. @throws InputError when a repository of ECR is, by its name, in another account. */
export function readExpectedAccount(input: InputReader, destinations: readonly Destination[]): string | undefined {
  const expected = input.text('expected-account-id')
  if (expected === undefined) return undefined
  if (!/^\d{12}$/.test(expected)) {
    throw new InputError('expected-account-id', `is \`${expected}\`, which is not the number of an AWS account.`, {
      hint: "Write its twelve digits in quotes, for example `'123456789012'`: YAML drops leading zeros without them.",
    })
  }
  for (const { repository } of destinations) {
    const account = parseEcrHost(repository.host)?.account
    if (account === undefined || account === expected) continue
    throw new InputError(
      'expected-account-id',
      `is ${expected}, but \`${formatRepository(repository)}\` is in account ${account}.`,
      { hint: 'Nothing was touched. Correct one of them, or push to each account in a step of its own.' },
    )
  }
  return expected
}

/** Makes sure, before ECR is touched, that the credentials are those of the expected account. */
export async function checkAccount(
  expected: string | undefined,
  destinations: readonly Destination[],
  registries: Registries,
  world: World,
): Promise<void> {
  if (expected === undefined) return
  const opened = await Promise.all(destinations.map(({ repository }) => registries.at(repository.host)))
  const region = opened.find(({ ecr }) => ecr !== undefined)?.ecr?.region
  if (region === undefined) return
  const sts = new STSClient(awsConfig(world.env, region))
  const caller = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: world.signal }).catch((error) => {
    throw awsError(error, 'find out whose credentials these are (sts:GetCallerIdentity)')
  })
  if (caller.Account === expected) return world.log.info(`AWS account ${caller.Account}, as ${caller.Arn}`)
  throw new InputError(
    'expected-account-id',
    `is ${expected}, but the credentials are of account ${caller.Account} (${caller.Arn}).`,
    { hint: 'Nothing was touched. Check which role the earlier step assumed.' },
  )
}
