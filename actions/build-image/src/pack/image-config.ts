import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import { sortKeys } from '../../../../toolkit/objects.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'

export interface FinalConfigOptions {
  /** Digests of the uncompressed layers, as they are pushed. */
  readonly diffIds: readonly string[]
  readonly labels: readonly Pair[]
  /** Seconds since 1970; `undefined` keeps the times of the build. */
  readonly epoch: number | undefined
}

/** An image configuration. Builders add members that OCI's specification does not have. */
interface BuilderConfig extends Record<string, unknown> {
  readonly created?: string
  readonly config?: Record<string, unknown> & { readonly Labels?: Record<string, string> | null }
  readonly history?: readonly { readonly created?: string }[]
  readonly rootfs?: { readonly type: string; readonly diff_ids: readonly string[] }
}

/**
 * The configuration of an image as it is pushed: with the labels and, given an epoch, without the time and the machine of the
 * build and in one form, so that it depends on the sources only and not on the engine. Labels are added here, as the classic
 * builder starts a container for each.
 */
export function finalizeConfig(bytes: Buffer, { diffIds, labels, epoch }: FinalConfigOptions): Buffer {
  const image = parseJson(bytes.toString('utf8'), 'The configuration of the image') as BuilderConfig
  if (image.rootfs?.diff_ids.length !== diffIds.length) {
    throw new SlipwayError('The image’s layers in the Docker engine do not match its configuration.', {
      hint: 'Run the step again. If it fails again, set `engine: buildx`.',
    })
  }
  const all = { ...image.config?.Labels, ...Object.fromEntries(labels.map(({ key, value }) => [key, value])) }
  const labelled = { ...image, config: { ...image.config, Labels: all } }
  return Buffer.from(JSON.stringify(epoch === undefined ? labelled : withoutBuild(labelled, diffIds, epoch)))
}

function withoutBuild(image: BuilderConfig, diffIds: readonly string[], epoch: number): BuilderConfig {
  // Members of the classic builder about its last container and its intermediate image.
  const { container, container_config, docker_version, ...kept } = image
  const { Image, Hostname, ...config } = image.config ?? {}
  const clamp = (time: string | undefined) => {
    const seconds = time === undefined ? Number.NaN : Date.parse(time) / 1000
    return seconds <= epoch && time !== undefined ? time : new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
  }
  const history = image.history?.map((step) => ({ ...step, created: clamp(step.created) })) ?? []
  const rootfs = { type: 'layers', diff_ids: [...diffIds] }
  // Each engine writes the members in its own order.
  return sortKeys({ ...kept, created: clamp(image.created), config: withoutDefaults(config), history, rootfs })
}

/** Removes unset settings: each engine release writes them as `null`, `false`, empty, or not at all. */
const withoutDefaults = (config: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => !isEmpty(value)))

const isEmpty = (value: unknown) => !value || (typeof value === 'object' && Object.keys(value).length === 0)
