import { checkAccount, readAccountId } from '../../../../toolkit/account.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { formatRepository } from '../image/image-reference.ts'
import { parseEcrHost } from '../registry/ecr.ts'
import type { Registries } from '../registry/registries.ts'
import type { Destination } from './destinations.ts'

/** Reads `expected-account-id`. @throws InputError when a repository of ECR is, by its name, in another account. */
export function readExpectedAccount(input: InputReader, destinations: readonly Destination[]): string | undefined {
  const expected = readAccountId(input)
  if (expected === undefined) return undefined
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

/** @throws SlipwayError when the credentials are those of another account than `expected-account-id`. Only ECR is in one. */
export async function refuseOtherAccount(
  { expectedAccountId }: { readonly expectedAccountId: string | undefined },
  destinations: readonly Destination[],
  registries: Registries,
  world: World,
): Promise<void> {
  if (expectedAccountId === undefined) return
  const opened = await Promise.all(destinations.map(({ repository }) => registries.at(repository.host)))
  const region = opened.find(({ ecr }) => ecr !== undefined)?.ecr?.region
  if (region !== undefined) await checkAccount(expectedAccountId, world, region)
}
