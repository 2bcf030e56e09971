import { SlipwayError } from '../../../toolkit/errors.ts'

/**
 * An image's configuration without the time and the machine it was built on: what is left is what the sources say.
 * `created` and the history's times are held down to `epoch`, and `diffIds` are the layers as they are pushed.
 */
export function reproducibleConfig(bytes: Buffer, diffIds: readonly string[], epoch: number): Buffer {
  const image = JSON.parse(bytes.toString('utf8')) as Record<string, unknown> & {
    created?: string
    config?: Record<string, unknown>
    history?: { created?: string }[]
    rootfs?: { type: string; diff_ids: string[] }
  }
  if (image.rootfs?.diff_ids.length !== diffIds.length) {
    throw new SlipwayError('The Docker engine saved an image whose layers do not match its configuration.')
  }
  // The classic builder's notes on its last container, and which image it worked on in between.
  const { container, container_config, docker_version, ...kept } = image
  const { Image, Hostname, ...config } = image.config ?? {}
  const clamp = (time: string | undefined) => {
    const seconds = time === undefined ? Number.NaN : Date.parse(time) / 1000
    return seconds <= epoch && time !== undefined ? time : new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
  }
  return Buffer.from(
    JSON.stringify({
      ...kept,
      created: clamp(image.created),
      config,
      history: image.history?.map((step) => ({ ...step, created: clamp(step.created) })),
      rootfs: { type: 'layers', diff_ids: diffIds },
    }),
  )
}
