import { isEcrPublicHost } from '../../../../toolkit/aws/ecr-host.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { formatRepository, type Repository } from '../../../../toolkit/image-reference.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { wildcard } from '../../../../toolkit/text/wildcard.ts'
import type { Destination } from '../inputs/destinations.ts'
import type { NewRepository } from '../inputs/new-repository.ts'
import { createRepository, describeRepository, type EcrRegistry } from '../registry/ecr.ts'
import { refuseAnonymousPush } from '../registry/ecr-public.ts'
import { putLifecyclePolicy, putMissingLifecyclePolicy } from '../registry/lifecycle-policy.ts'
import type { ReadyDestination, TagState } from '../registry/ready-destination.ts'
import type { Registries } from '../registry/registries.ts'

/**
 * Checks, before anything is built, what the push needs: login, repository and permission. Destinations are checked in parallel.
 * A repository is created only when `create` is set.
 */
export function preflight(
  destinations: readonly Destination[],
  registries: Registries,
  create: NewRepository | undefined,
  world: World,
): Promise<readonly ReadyDestination[]> {
  return inParallel(destinations, 4, async ({ repository, tags }) => {
    const { registry, ecr, credentials } = await registries.at(repository.host)
    if (isEcrPublicHost(repository.host)) refuseAnonymousPush(repository, await credentials())
    const mutability = ecr?.describable ? await ecrMutability(ecr, repository, create, world) : () => false
    await registry.checkPush(repository.path)
    const states = await inParallel(tags, 4, async (tag) => {
      const current = await registry.resolve(repository.path, tag)
      return { tag, current, immutable: mutability(tag) }
    })
    world.log.info(`${formatRepository(repository)}: ready${states.map(describeTag).join('')}`)
    return { repository, registry, ecr, tags: states }
  })
}

const describeTag = ({ tag, current, immutable }: TagState) =>
  current === undefined ? `, ${tag} is free` : `, ${tag} is ${current.slice(0, 19)}…${immutable ? ' (immutable)' : ''}`

/** Which tags of an ECR repository are immutable. @throws SlipwayError when the repository is missing and may not be created. */
async function ecrMutability(
  ecr: EcrRegistry,
  repository: Repository,
  create: NewRepository | undefined,
  world: World,
): Promise<(tag: string) => boolean> {
  // In another account, a repository policy may allow pushing without allowing to describe the repository.
  const found = await describeRepository(ecr, repository.path, world.signal).catch((error: unknown) => {
    if (!/AccessDenied/.test(String(error))) throw error
    world.log.info(
      `${formatRepository(repository)}: no permission to describe it (ecr:DescribeRepositories); immutable tags are not checked.`,
    )
    return 'unknown' as const
  })
  if (found === 'unknown') return () => false
  if (found === undefined) {
    if (create === undefined) {
      throw new SlipwayError(`The repository ${formatRepository(repository)} does not exist.`, {
        hint: 'Create it (Terraform’s aws_ecr_repository), set `create-repository: true`, or check account, region and name.',
      })
    }
    const created = await createRepository(ecr, repository.path, create)
    world.log.info(`${formatRepository(repository)}: ${created ? 'created' : 'created by another run just now'}`)
    const { lifecyclePolicy: policy } = create
    if (policy !== undefined) {
      if (created) await putLifecyclePolicy(ecr, repository.path, policy)
      else await putMissingLifecyclePolicy(ecr, repository.path, policy, world)
    }
    return () => create.immutableTags
  }
  if (create?.lifecyclePolicy !== undefined) {
    await putMissingLifecyclePolicy(ecr, repository.path, create.lifecyclePolicy, world)
  }
  const exclusions = (found.imageTagMutabilityExclusionFilters ?? []).map(({ filter = '' }) => wildcard(filter))
  const setting: string = found.imageTagMutability ?? 'MUTABLE'
  return (tag) => {
    const excluded = exclusions.some((filter) => filter.test(tag))
    if (setting === 'IMMUTABLE') return true
    if (setting === 'IMMUTABLE_WITH_EXCLUSION') return !excluded
    return setting === 'MUTABLE_WITH_EXCLUSION' && excluded
  }
}
