// What DORA's deployments and failures have in common.
import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { objectOf, textOf, textsOf } from '../http/attributes.ts'

/** Times of a deployment or failure, in ISO 8601, whatever their unit was. */
export interface Times {
  readonly startedAt: string
  readonly finishedAt?: string
}

/** Checks what deployments and failures share. Returns their id, if they have one, and their times. */
export function readEvent(
  event: Members,
  endRequired: boolean,
): { readonly id: string | undefined; readonly times: Times } {
  for (const name of ['env', 'version', 'team']) textOf(event, name)
  textsOf(event, 'custom_tags', 100)
  if (event['git'] !== undefined) {
    const git = objectOf(event, 'git')
    textOf(git, 'repository_url', true)
    textOf(git, 'commit_sha', true, /^[a-fA-F0-9]{40,}$/)
  }
  return { id: textOf(event, 'id', false, /^[A-Za-z0-9._:-]{16,128}$/), times: timesOf(event, endRequired) }
}

function timesOf(event: Members, endRequired: boolean): Times {
  const started = timeOf(event, 'started_at', true)
  const finished = timeOf(event, 'finished_at', endRequired)
  if (finished === undefined) return { startedAt: iso(started ?? 0) }
  if (finished < (started ?? 0)) throw new DatadogError(400, 'attribute "finished_at" must not be before "started_at"')
  return { startedAt: iso(started ?? 0), finishedAt: iso(finished) }
}

/** The smallest number that is read in each unit, and the factor to milliseconds. */
const UNITS = [
  { from: 1e17, factor: 1e-6 },
  { from: 1e14, factor: undefined }, // Microseconds: not accepted.
  { from: 1e11, factor: 1 },
  { from: 0, factor: 1000 },
]

/** Unix time in nanoseconds, milliseconds or seconds, as milliseconds. */
function timeOf(event: Members, name: string, required: boolean): number | undefined {
  const value = event[name]
  if (value === undefined && required) throw new DatadogError(400, `attribute "${name}" is required`)
  if (value === undefined) return undefined
  const factor = Number.isInteger(value) ? UNITS.find(({ from }) => Number(value) > from)?.factor : undefined
  if (factor !== undefined) return Number(value) * factor
  throw new DatadogError(400, `attribute "${name}" must be Unix time in nanoseconds, milliseconds, or seconds`)
}

const iso = (ms: number) => new Date(ms).toISOString()
