import { readAccountId } from '../../../../toolkit/account.ts'
import { parseEcrHost } from '../../../../toolkit/ecr-host.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { Destination } from './destinations.ts'

/** Reads `expected-account-id`. @throws InputError when a repository of ECR is, by its name, in another account. */
export function readExpectedAccount(reader: InputReader, destinations: readonly Destination[]): string | undefined {
  const expected = readAccountId(reader)
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
