import { checkAccount } from '../../../../toolkit/aws/account.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Destination } from '../inputs/destinations.ts'
import type { Registries } from '../registry/registries.ts'

/** @throws SlipwayError when the credentials are of another account than `expected-account-id`. Without ECR nothing is checked. */
export async function checkEcrAccount(
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
