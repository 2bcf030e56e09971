import { DescribeImagesCommand, type ImageDetail } from '@aws-sdk/client-ecr'
import { classifyAwsError, sdkError } from '../../../../toolkit/aws/aws-error.ts'
import { parseEcrHost } from '../../../../toolkit/aws/ecr-host.ts'
import { CancelledError, InputError, type SlipwayError } from '../../../../toolkit/errors.ts'
import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import { requireReference } from '../../../../toolkit/image-reference.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { pullThroughRule } from '../aws/pull-through-cache.ts'
import type { Context } from '../inputs/context.ts'
import type { ImageToShip } from './images-to-ship.ts'
import type { ShippedImage } from './shipped-image.ts'

/** An image that was checked. */
export interface CheckedImage extends ShippedImage {
  /** The input that it comes from. */
  readonly input?: ImageToShip['input']
  /** A warning for the log. */
  readonly note?: string
}

/** The error for an image that tasks cannot pull. `why`: a relative clause, such as `which does not exist.` */
export type Refusal = (image: string, why: string, detail: { hint: string; cause?: unknown }) => SlipwayError

const ofInput =
  ({ container, input }: ImageToShip): Refusal =>
  (image, why, detail) =>
    new InputError(
      input,
      `has \`${image}\`${input === 'image' ? '' : ` in container \`${container}\``}, ${why}`,
      detail,
    )

/**
 * Checks that an image can be pulled from its ECR repository, and resolves its tag to a digest. Returns a note in place of a check for
 * an image of another registry, behind a pull-through cache rule, or in a repository that the role may not read.
 * @throws InputError when the reference is malformed, or the image does not exist.
 */
export async function checkImage(
  { aws, env, region }: Pick<Context, 'aws' | 'env' | 'region'>,
  toShip: ImageToShip,
  refusal: Refusal = ofInput(toShip),
): Promise<CheckedImage> {
  const { container, image, input } = toShip
  const { repository, tag = 'latest', digest } = requireReference(image, input)
  const registry = ecrRegistry(repository.host, env, region)
  if (registry === undefined) return { container, image, input, ...mutable(image, digest) }
  let found: ImageDetail | undefined
  try {
    const { imageDetails = [] } = await aws.call('other', `look for the image \`${image}\``, (options) =>
      aws.clients.ecr(registry.region).send(
        new DescribeImagesCommand({
          ...(registry.account === undefined ? {} : { registryId: registry.account }),
          repositoryName: repository.path,
          imageIds: [digest === undefined ? { imageTag: tag } : { imageDigest: digest }],
        }),
        options,
      ),
    )
    found = imageDetails[0]
  } catch (error) {
    if (error instanceof CancelledError) throw error
    const cause = sdkError(error)
    const rule = isMissing(cause) ? await pullThroughRule(aws, registry, repository.path) : undefined
    if (rule === undefined) return { container, image, input, note: notChecked(image, cause, refusal) }
    const note = `${image} was not checked: it is not in ECR yet. The pull-through cache rule \`${rule}\` fetches it when the first task pulls it.`
    return { container, image, input, note }
  }
  const { imageStatus = 'ACTIVE', imageManifestMediaType = '' } = found ?? {}
  if (imageStatus !== 'ACTIVE') {
    throw refusal(image, `which is ${imageStatus} in its repository: it cannot be pulled.`, { hint: RESTORE })
  }
  const resolved = found?.imageDigest ?? digest
  return {
    container,
    image,
    input,
    ...(resolved !== undefined && ONE_IMAGE.test(imageManifestMediaType) ? { digest: resolved } : {}),
    ...mutable(image, digest, resolved),
  }
}

/** ECS reports the digest of the manifest of one platform, so the digest of an index of several platforms is no use to compare. */
const ONE_IMAGE = /^application\/vnd\.(docker\.distribution\.manifest\.v2|oci\.image\.manifest\.v1)\+json$/

/** The account and region of an ECR registry; `undefined` for the host of another registry. */
export const ecrRegistry = (host: string, env: Environment, region: string) =>
  parseEcrHost(host) ?? emulated(host, env, region)

/** The registry of an emulator of AWS on this machine, which does not have ECR's host names. */
function emulated(host: string, env: Environment, region: string): { account?: string; region: string } | undefined {
  const emulator = env['AWS_ENDPOINT_URL_ECR'] || env['AWS_ENDPOINT_URL']
  return emulator && isLoopback(new URL(`http://${host}`).hostname) ? { region } : undefined
}

const RESTORE =
  'Restore it (`aws ecr update-image-storage-class --target-storage-class STANDARD`) and wait until it is ACTIVE, or push it again.'

const BEHIND_A_CACHE = 'For an image of a pull-through cache, the role needs ecr:DescribePullThroughCacheRules.'

const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ImageNotFoundException' || error.name === 'RepositoryNotFoundException')

/** The note on an image that could not be checked. @throws an error when it does not exist. */
function notChecked(image: string, error: unknown, refusal: Refusal): string {
  const name = error instanceof Error ? error.name : ''
  if (name === 'ImageNotFoundException') {
    throw refusal(image, 'which does not exist in its repository.', {
      hint: `Push it first, and pass the reference that build-image outputs. ${BEHIND_A_CACHE}`,
      cause: error,
    })
  }
  if (name === 'RepositoryNotFoundException') {
    throw refusal(image, 'whose repository does not exist.', {
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
  const found = resolved === undefined ? '' : ` Its digest is ${resolved} now.`
  return { note: `${image} names a tag, which can move to another image at any time.${found} Prefer a digest.` }
}
