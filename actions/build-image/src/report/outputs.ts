import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { buildRecord } from './build-record.ts'
import type { PublishReport } from './publish-report.ts'
import { renderSummary } from './summary.ts'

/** Sets the outputs of a published image, and writes the job summary. */
export async function reportPublished(report: PublishReport, world: World): Promise<void> {
  const { outcome, image, published, references, platforms } = report
  const images = published.map(({ destination }) => `${formatRepository(destination.repository)}@${image.digest}`)
  const { step, log } = world
  step.output('image', images[0] ?? '')
  step.output('digest', image.digest)
  step.output('images', images)
  step.output('tags', references)
  step.output('skipped', outcome.kind === 'skipped')
  step.output('size', Math.max(...platforms.map(({ size }) => size)))
  step.output('content-hash', outcome.contentHash ?? '')
  step.output('build-record', buildRecord(report, world))
  step.summary(renderSummary(report))
  for (const reference of images) log.info(reference)
}

/** Sets the outputs of an image that stays in the Docker engine. */
export function reportLocal(references: readonly string[], { step }: World): void {
  step.output('image', references[0] ?? '')
  step.output('tags', references)
  step.output('skipped', false)
}
