import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { type Keys, requireAppKey } from '../api/keys.ts'
import { type Baseline, readBaseline } from '../monitors/baseline.ts'
import type { GatePlan } from '../monitors/gate-result.ts'
import type { MonitorQuery } from '../monitors/snapshot.ts'
import type { Policy } from '../monitors/worse-group.ts'
import { readRecord } from './deploy-inputs.ts'

export interface WatchInputs {
  /** Each of them must match at least one monitor. */
  readonly queries: readonly MonitorQuery[]
  /** What it means for the step that a query matches nothing, or that all it matches is muted. */
  readonly onNoMonitors: 'fail' | 'warn'
}

export interface BaselineInputs extends WatchInputs {
  readonly command: 'baseline'
}

export interface GateInputs extends WatchInputs {
  readonly command: 'gate'
  readonly baseline: Baseline
  readonly plan: GatePlan
  readonly policy: Policy
  readonly intervalMs: number
}

/** Reads the inputs of `command: baseline`. @throws InputError */
export function readBaselineInputs(reader: InputReader, keys: Keys): BaselineInputs {
  return { command: 'baseline', ...readWatch(reader, keys) }
}

/** Reads the inputs of `command: gate`. @throws InputError */
export function readGateInputs(reader: InputReader, keys: Keys): GateInputs {
  const watch = readWatch(reader, keys)
  const effects = ['hold', 'fail', 'ignore'] as const
  const policy = {
    onWarn: reader.choice('on-warn', effects, 'hold'),
    onNoData: reader.choice('on-no-data', effects, 'hold'),
    ...readPriorities(reader),
  }
  return { command: 'gate', ...watch, ...readPlan(reader), policy, baseline: readBefore(reader, watch.queries) }
}

function readWatch(reader: InputReader, keys: Keys): WatchInputs {
  requireAppKey(keys, 'reading monitors')
  return { queries: readQueries(reader), onNoMonitors: reader.choice('on-no-monitors', ['fail', 'warn'], 'fail') }
}

/** The tags as given; else those of unified service tagging, one query for each service. */
function readQueries(reader: InputReader): readonly MonitorQuery[] {
  const tags = reader.list('monitor-tags')
  if (tags.length > 0) return [tags]
  const record = readRecord(reader)
  const given = reader.list('service')
  const services = given.length > 0 ? given : (record?.services.map(({ service }) => service) ?? [])
  const env = reader.text('env') ?? record?.environment
  if (services.length === 0) {
    throw new InputError('service', 'is missing, and nothing else says which monitors to watch.', {
      hint: 'Set `service: web`, or pass `deploy-record`, or name the tags yourself with `monitor-tags`.',
    })
  }
  if (env === undefined) {
    throw new InputError('env', 'is missing, and without it the monitors of every environment would be watched.', {
      hint: 'Set `env: production`, or pass a `deploy-record` that has an environment, or use `monitor-tags`.',
    })
  }
  return services.map((service) => [`service:${service}`, `env:${env}`])
}

/** `P1, P2`, as Datadog shows them, or the bare numbers of its API. */
function readPriorities(reader: InputReader): Pick<Policy, 'priorities'> {
  const given = reader.list('monitor-priorities')
  if (given.length === 0) return {}
  const priorities = given.map((text) => {
    const [, digit] = /^p?([1-5])$/i.exec(text) ?? []
    if (digit !== undefined) return Number(digit)
    throw new InputError('monitor-priorities', `has \`${text}\`, which is not a priority of a monitor.`, {
      hint: 'Write, for example, `monitor-priorities: P1, P2`. Datadog has P1, the highest, to P5.',
    })
  })
  return { priorities: [...new Set(priorities)].sort() }
}

function readPlan(reader: InputReader): { readonly plan: GatePlan; readonly intervalMs: number } {
  const bakeMs = durationOrNone(reader, 'bake-time', 300_000)
  const prolongMs = durationOrNone(reader, 'prolong', 300_000)
  const intervalMs = reader.duration('interval', Math.min(30_000, Math.max(1000, bakeMs / 10)))
  const consecutive = reader.integer('consecutive', { min: 1, max: 20 }) ?? 2
  if ((consecutive - 1) * intervalMs > bakeMs + prolongMs) {
    throw new InputError(
      'bake-time',
      `and \`prolong\` leave ${formatDuration(bakeMs + prolongMs)}: too short for ${consecutive} polls every ${formatDuration(intervalMs)}.`,
      { hint: 'Raise `bake-time`, or lower `interval` or `consecutive`.' },
    )
  }
  return { plan: { bakeMs, prolongMs, consecutive }, intervalMs }
}

const durationOrNone = (reader: InputReader, name: string, fallback: number) =>
  /^0\s*[hms]?$/.test(reader.text(name) ?? '') ? 0 : reader.duration(name, fallback)

/** What the monitors are compared with: the baseline of an earlier step, else the moment the deploy began. */
function readBefore(reader: InputReader, queries: readonly MonitorQuery[]): Baseline {
  const path = reader.text('baseline')
  if (path !== undefined) return readBaseline(path, queries)
  const record = readRecord(reader)
  if (record !== undefined) return { takenAt: Date.parse(record.startedAt), monitors: undefined }
  throw new InputError(
    'baseline',
    'is missing, and so is `deploy-record`: one of them must say when the deploy began.',
    {
      hint: 'Run this action with `command: baseline` and an `id` before the deploy, and pass `baseline: ${{ steps.<id>.outputs.baseline }}`.',
    },
  )
}
