import { DescribeImagesCommand } from '@aws-sdk/client-ecr'
import { classifyAwsError } from '../../../../toolkit/aws.ts'
import { CancelledError, InputError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Context } from '../inputs/context.ts'
import { pullThroughRule } from './pull-through-cache.ts'
import { ecrRegistry, parseImage, type ShippedImage } from './shipped-image.ts'

/** An image that was looked up, and what is worth knowing about it. */
export interface CheckedImage extends ShippedImage {
  readonly note?: string
}

/**
 * Makes sure that an image is in its ECR repository, and finds the digest that its tag stands for now. An image in another
 * registry, one that ECR itself fetches from there when it is first pulled, or one that we may not look at, is taken on
 * trust, with a note.
 * @throws InputError when the reference is malformed, or the image is not there.
 */
export async function checkImage(
  { aws, env, region }: Pick<Context, 'aws' | 'env' | 'region'>,
  { container, image }: Pick<ShippedImage, 'container' | 'image'>,
): Promise<CheckedImage> {
  const reference = parseImage(image)
  if (reference === undefined) {
    throw new InputError('image', `has \`${image}\`, which is not an image reference.`, {
      hint: 'It looks like `REGISTRY/REPOSITORY@sha256:…` or `REGISTRY/REPOSITORY:TAG`, in lower case.',
    })
  }
  const { repository, digest } = reference
  const tag = reference.tag ?? 'latest'
  const registry = ecrRegistry(reference.registry) ?? emulated(reference.registry, env, region)
  if (registry === undefined) return { container, image, ...mutable(image, digest) }
  try {
    const { imageDetails = [] } = await aws.call('other', `look for the image \`${image}\``, (options) =>
      aws.clients.ecr(registry.region).send(
        new DescribeImagesCommand({
          ...(registry.account === undefined ? {} : { registryId: registry.account }),
          repositoryName: repository,
          imageIds: [digest === undefined ? { imageTag: tag } : { imageDigest: digest }],
        }),
        options,
      ),
    )
    const [found] = imageDetails
    const resolved = found?.imageDigest ?? digest
    return {
      container,
      image,
      ...(resolved !== undefined && ONE_IMAGE.test(found?.imageManifestMediaType ?? '') ? { digest: resolved } : {}),
      ...mutable(image, digest, resolved),
    }
  } catch (error) {
    if (error instanceof CancelledError) throw error
    const cause = error instanceof SlipwayError ? error.cause : error
    const rule = isMissing(cause) ? await pullThroughRule(aws, registry, repository) : undefined
    if (rule === undefined) return { container, image, note: notChecked(image, cause) }
    const note = `${image} is not in ECR yet, and could not be checked: the pull-through cache rule of \`${rule}\` fetches it when the first task pulls it.`
    return { container, image, note }
  }
}

/** ECS tells the digest of the manifest that it runs: that of an index of several platforms never is one of those. */
const ONE_IMAGE = /^application\/vnd\.(docker\.distribution\.manifest\.v2|oci\.image\.manifest\.v1)\+json$/

/** An emulator of AWS has its registries on this machine, without the host names of ECR. */
function emulated(
  registry: string,
  env: Environment,
  region: string,
): { account?: string; region: string } | undefined {
  const emulator = env['AWS_ENDPOINT_URL_ECR'] || env['AWS_ENDPOINT_URL']
  return emulator && /^(127(\.\d+){3}|localhost)(:\d+)?$/.test(registry) ? { region } : undefined
}

const BEHIND_A_CACHE =
  'If a pull-through cache fetches it, the role has to see that: ecr:DescribePullThroughCacheRules.'

const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ImageNotFoundException' || error.name === 'RepositoryNotFoundException')

/** @throws InputError when the answer is that the image is not there. */
function notChecked(image: string, error: unknown): string {
  const name = error instanceof Error ? error.name : ''
  if (name === 'ImageNotFoundException') {
    throw new InputError('image', `has \`${image}\`, which is not in its repository.`, {
      hint: `Push it first, and pass the reference that build-image puts out. ${BEHIND_A_CACHE}`,
      cause: error,
    })
  }
  if (name === 'RepositoryNotFoundException') {
    throw new InputError('image', `has \`${image}\`, whose repository does not exist.`, {
      hint: `Check the registry, the region and the name of the repository. ${BEHIND_A_CACHE}`,
      cause: error,
    })
  }
  const why =
    classifyAwsError(error) === 'denied' ? 'the role may not read this repository (ecr:DescribeImages)' : `${error}`
  return `${image} was not checked: ${why}.`
}

function mutable(image: string, digest: string | undefined, resolved?: string): { note?: string } {
  if (digest !== undefined) return {}
  const found = resolved === undefined ? '' : ` Now it stands for ${resolved}.`
  return { note: `${image} names a tag, which can be moved to another image at any time.${found} Prefer a digest.` }
}
