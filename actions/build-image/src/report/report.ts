import type { World } from '../../../../toolkit/runtime.ts'
import type { Obtained } from '../build/build-or-reuse.ts'
import type { Image } from '../image/image.ts'
import { formatRepository } from '../image/image-reference.ts'
import type { PlatformImage } from '../image/platform-images.ts'
import type { PreviousImage } from '../publish/previous-image.ts'
import type { Published } from '../publish/publish.ts'
import type { Findings } from '../publish/scan-gate.ts'
import type { Stage } from '../runner/stages.ts'
import { buildRecord } from './build-record.ts'
import { renderSummary } from './summary.ts'

/** All there is to say of an image that was published. */
export interface Outcome {
  readonly obtained: Obtained
  readonly image: Image
  readonly facts: readonly PlatformImage[]
  readonly previous: PreviousImage | undefined
  readonly published: readonly Published[]
  readonly references: readonly string[]
  readonly findings: Findings | undefined
  readonly stages: readonly Stage[]
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

/** Sets the outputs, and writes the summary. */
export async function reportPublished(outcome: Outcome, world: World): Promise<void> {
  const { obtained, image, published, references, facts } = outcome
  const images = published.map(({ destination }) => `${formatRepository(destination.repository)}@${image.digest}`)
  const record = buildRecord(outcome, world)
  const { step, log } = world
  step.output('image', images[0] ?? '')
  step.output('digest', image.digest)
  step.output('images', images)
  step.output('tags', references)
  step.output('skipped', obtained.built === undefined && obtained.contentHash !== undefined)
  step.output('size', Math.max(...facts.map(({ size }) => size)))
  step.output('content-hash', obtained.contentHash ?? '')
  step.output('build-record', record)
  step.summary(renderSummary(outcome))
  for (const reference of images) log.info(reference)
}

/** The same for an image that stays on this machine. */
export function reportLocal(references: readonly string[], { step }: World): void {
  step.output('image', references[0] ?? '')
  step.output('tags', references)
  step.output('skipped', false)
}
