import type { Scope } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { matchesWildcard } from '../kernel/wildcard.ts'
import type { Store } from './layer-store.ts'
import { isIndex } from './manifest.ts'
import type { Findings, Manifest, Repository, Scan } from './model.ts'

/** A registry's setting, in the form of PutRegistryScanningConfiguration. */
export interface ScanningConfiguration {
  readonly scanType: 'BASIC' | 'ENHANCED'
  readonly rules: readonly {
    readonly scanFrequency: string
    readonly repositoryFilters: readonly { readonly filter: string; readonly filterType: string }[]
  }[]
}

/** Image label with simulated findings, such as `CRITICAL=2 LOW=7`. The rehearsal does not scan images. */
const LABEL = 'slipway.rehearsal.findings'

/**
 * Simulates ECR's scans. A basic scan is requested, or done once on push. An enhanced scan begins with the push, in every
 * repository that a rule of the registry matches, and continues.
 */
export class Scanning {
  readonly #clock: Clock
  readonly #store: Store
  readonly #configurations = new Map<string, ScanningConfiguration>()

  constructor(clock: Clock, store: Store) {
    this.#clock = clock
    this.#store = store
  }

  configuration({ account, region }: Scope): ScanningConfiguration {
    return this.#configurations.get(`${account}/${region}`) ?? { scanType: 'BASIC', rules: [] }
  }

  configure({ account, region }: Scope, configuration: ScanningConfiguration): void {
    this.#configurations.set(`${account}/${region}`, configuration)
  }

  isEnhanced({ scope, name }: Repository): boolean {
    const { scanType, rules } = this.configuration(scope)
    const filters = rules.flatMap(({ repositoryFilters }) => repositoryFilters)
    return scanType === 'ENHANCED' && filters.some(({ filter }) => matchesWildcard(filter, name))
  }

  /** The scan that a push triggers, if any. */
  async onPush(repository: Repository, manifest: Manifest): Promise<Scan | undefined> {
    const due = repository.scanOnPush || this.isEnhanced(repository)
    return due && !isIndex(manifest.mediaType) ? this.begin(repository, manifest) : undefined
  }

  async begin(repository: Repository, { config }: Manifest): Promise<Scan> {
    const findings = config === undefined ? {} : await this.#findings(repository, config)
    return { startedAt: this.#clock.now(), enhanced: this.isEnhanced(repository), findings }
  }

  async #findings(repository: Repository, digest: string): Promise<Findings> {
    const answer = await this.#store.request({ method: 'GET', path: `${repository.storePath}/blobs/${digest}` })
    let text = ''
    for await (const chunk of answer) text += String(chunk)
    const { config } = JSON.parse(text) as { config?: { Labels?: Record<string, string> | null } }
    const label = config?.Labels?.[LABEL] ?? ''
    return Object.fromEntries(
      [...label.matchAll(/([A-Z]+)=(\d+)/g)].map(([, severity, count]) => [severity, Number(count)]),
    )
  }
}

/** Times after the start of a scan, in milliseconds. As in AWS, findings appear after the scan's final state. */
const BASIC = { state: 5000, findings: 7000 }
const ENHANCED = { state: 2000, findings: 8000 }

/** State of a scan at a time. */
export function progress({ startedAt, enhanced, findings }: Scan, now: number) {
  const due = enhanced ? ENHANCED : BASIC
  const done = now >= startedAt + due.state
  const early = enhanced ? 'PENDING' : 'IN_PROGRESS'
  return {
    status: done ? (enhanced ? 'ACTIVE' : 'COMPLETE') : early,
    completedAt: done ? new Date(startedAt + due.state) : undefined,
    findings: now >= startedAt + due.findings ? findings : {},
  }
}
