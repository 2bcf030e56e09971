// The labels of an image, from its configuration in ECR.
import { BatchGetImageCommand, GetDownloadUrlForLayerCommand, type ImageIdentifier } from '@aws-sdk/client-ecr'
import { errorMessage } from '../../../../toolkit/errors.ts'
import { openExchange } from '../../../../toolkit/http/exchange.ts'
import { parseReference } from '../../../../toolkit/image-reference.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import type { Context } from '../inputs/context.ts'
import { ecrRegistry } from '../task-definition/check-image.ts'

/** The labels of each image that could be read, by reference. */
export type ImageLabels = ReadonlyMap<string, Readonly<Record<string, unknown>>>

type LabelsContext = Pick<Context, 'aws' | 'env' | 'region' | 'log'>

/** For all requests together. The deploy is over: a slow answer must not hold its end. */
const TIMEOUT_MS = 15_000
const LIMIT_BYTES = 8 * 1024 * 1024
const IMAGES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const
const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const

/** Reads the labels of images in ECR. An image of another registry, or one that cannot be read, is left out. Never throws. */
export async function readImageLabels(context: LabelsContext, images: readonly string[]): Promise<ImageLabels> {
  const labels = new Map<string, Readonly<Record<string, unknown>>>()
  const aws = context.aws.within(AbortSignal.any([context.aws.signal, AbortSignal.timeout(TIMEOUT_MS)]))
  for (const image of new Set(images)) {
    if (aws.signal.aborted) break
    try {
      const found = await labelsOf({ ...context, aws }, image)
      if (found !== undefined) labels.set(image, found)
    } catch (error) {
      context.log.debug(`The labels of ${image} could not be read: ${errorMessage(error)}`)
    }
  }
  return labels
}

async function labelsOf({ aws, env, region }: LabelsContext, image: string) {
  const reference = parseReference(image)
  if (reference.kind !== 'reference') return undefined
  const { repository, tag = 'latest', digest } = reference
  const registry = ecrRegistry(repository.host, env, region)
  if (registry === undefined) return undefined
  const ecr = aws.clients.ecr(registry.region)
  const common = {
    ...(registry.account === undefined ? {} : { registryId: registry.account }),
    repositoryName: repository.path,
  }

  async function manifest(id: ImageIdentifier): Promise<Manifest> {
    const { images = [] } = await aws.callOnce('other', `read the manifest of ${image}`, (options) =>
      ecr.send(
        new BatchGetImageCommand({ ...common, imageIds: [id], acceptedMediaTypes: [...IMAGES, ...INDEXES] }),
        options,
      ),
    )
    return parseJson(images[0]?.imageManifest ?? '{}', `The manifest of ${image}`) as Manifest
  }

  const top = await manifest(digest === undefined ? { imageTag: tag } : { imageDigest: digest })
  // All platforms of an image are built from the same code.
  const child = top.manifests?.find(({ platform }) => platform?.os === 'linux')?.digest
  const { config } = child === undefined ? top : await manifest({ imageDigest: child })
  const layerDigest = config?.digest
  if (layerDigest === undefined) return undefined
  const { downloadUrl: url } = await aws.callOnce('other', `read the configuration of ${image}`, (options) =>
    ecr.send(new GetDownloadUrlForLayerCommand({ ...common, layerDigest }), options),
  )
  if (url === undefined) return undefined
  const limits = { timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES, signal: aws.signal }
  const { status, text, cut } = await openExchange(env)({ method: 'GET', url, headers: {} }, limits)
  if (status !== 200 || cut !== undefined) return undefined
  const { config: settings } = parseJson(text, `The configuration of ${image}`) as Configuration
  return settings?.Labels ?? undefined
}

interface Manifest {
  readonly config?: { readonly digest?: string }
  readonly manifests?: readonly { readonly digest: string; readonly platform?: { readonly os?: string } }[]
}

interface Configuration {
  readonly config?: { readonly Labels?: Readonly<Record<string, unknown>> | null }
}
