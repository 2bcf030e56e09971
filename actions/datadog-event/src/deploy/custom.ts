import { cut } from '../../../../toolkit/text/cut.ts'
import { TAG_LIMIT } from './deploy-tags.ts'

/** A feature flag or a configuration that was changed, as Datadog's Change Tracking knows them. */
export interface ChangedResource {
  readonly name: string
  readonly type: 'feature_flag' | 'configuration'
  readonly previous?: Readonly<Record<string, unknown>>
  readonly next?: Readonly<Record<string, unknown>>
}

/** The facts of an event that is not about a deploy. */
export interface Custom {
  /** The same for each run of the step. */
  readonly id: string
  /** Services that it concerns. */
  readonly services: readonly string[]
  readonly environment?: string
  readonly version?: string
  readonly team?: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** Absent: it goes on. */
  readonly finishedAt?: number
  readonly severity?: string
  readonly changed?: ChangedResource
  readonly run: { readonly url: string; readonly actor: string; readonly commitUrl: string }
  readonly scheduled?: boolean
}

/** The tags of unified service tagging that the inputs give. */
export const customTags = ({ environment, services, version, team }: Custom): readonly string[] =>
  [
    ['env', environment],
    ...services.map((service) => ['service', service]),
    ['version', version],
    ['team', team],
  ].flatMap(([key, value]) => (value === undefined ? [] : [cut(`${key}:${value}`, TAG_LIMIT)]))
