import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { PublishReport } from './publish-report.ts'

/** The output `build-record`, for machines. Within a schema number members may be added and are never removed. */
export interface BuildRecord {
  readonly schema: 1
  readonly outcome: 'built' | 'skipped' | 'promoted'
  readonly digest: string
  readonly contentHash: string | undefined
  readonly engine: string | undefined
  /** Sizes in compressed bytes. `platform` is '' for an image without an index. */
  readonly platforms: readonly {
    readonly platform: string
    readonly digest: string
    readonly size: number
    readonly layers: number
  }[]
  readonly destinations: readonly {
    readonly repository: string
    readonly tags: readonly string[]
    readonly blobs: Readonly<Record<'present' | 'mounted' | 'sent', number>>
    readonly bytesSent: number
  }[]
  readonly steps: readonly { readonly title: string; readonly cached: boolean; readonly seconds: number }[]
  readonly stages: readonly { readonly name: string; readonly seconds: number }[]
  readonly findings: Readonly<Record<string, number>> | undefined
  readonly commit: { readonly sha: string; readonly url: string }
  readonly run: { readonly url: string }
  /** ISO 8601. */
  readonly startedAt: string
  readonly finishedAt: string
}

export function buildRecord(report: PublishReport, { env, clock }: Pick<World, 'env' | 'clock'>): BuildRecord {
  const { outcome, image, platforms, published, findings, stages, startedAt } = report
  const built = outcome.kind === 'built' ? outcome.built : undefined
  const run = readWorkflowRun(env)
  return {
    schema: 1,
    outcome: outcome.kind,
    digest: image.digest,
    contentHash: outcome.contentHash,
    engine: built?.engine,
    platforms: platforms.map(({ platform, digest, size, layers }) => ({
      platform,
      digest,
      size,
      layers: layers.length,
    })),
    destinations: published.map(({ destination, tally }) => ({
      repository: formatRepository(destination.repository),
      tags: destination.tags.map(({ tag }) => tag),
      blobs: tally.blobs,
      bytesSent: tally.sent,
    })),
    steps: (built?.steps ?? []).map(({ title, cached, ms }) => ({ title, cached, seconds: ms / 1000 })),
    stages: stages.map(({ name, ms }) => ({ name, seconds: ms / 1000 })),
    findings,
    commit: { sha: run.sha, url: run.commitUrl },
    run: { url: run.url },
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(clock.now()).toISOString(),
  }
}
