import type { BuildOutcome } from '../build/build-or-reuse.ts'
import type { Image } from '../image/image.ts'
import type { PlatformImage } from '../image/platform-images.ts'
import type { Published } from '../publish/copy-to-all.ts'
import type { PreviousImage } from '../publish/previous-image.ts'
import type { Findings } from '../publish/scan-gate.ts'
import type { Stage } from '../runner/stages.ts'

/** What the outputs, the summary and the build record of a published image are made of. */
export interface PublishReport {
  readonly outcome: BuildOutcome
  readonly image: Image
  readonly platforms: readonly PlatformImage[]
  readonly previous: PreviousImage | undefined
  readonly published: readonly Published[]
  readonly references: readonly string[]
  readonly findings: Findings | undefined
  readonly stages: readonly Stage[]
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}
