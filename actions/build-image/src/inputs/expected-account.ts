import { readAccountId } from '../../../../toolkit/aws/account.ts'
import { parseEcrHost } from '../../../../toolkit/aws/ecr-host.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { Destination } from './destinations.ts'

/** Reads `expected-account-id`. @throws InputError when the host of an ECR repository names another account. */
export function readExpectedAccount(reader: InputReader, destinations: readonly Destination[]): string | undefined {
  const expected = readAccountId(reader)
  if (expected === undefined) return undefined
  for (const { repository } of destinations) {
    const account = parseEcrHost(repository.host)?.account
    if (account === undefined || account === expected) continue
    throw new InputError(
      'expected-account-id',
      `is ${expected}, but \`${formatRepository(repository)}\` is in account ${account}.`,
      { hint: 'Nothing was changed. Correct one of them, or use one step for each account.' },
    )
  }
  return expected
}
