// The `datadog:` section of a scenario file.
import { z } from 'zod'
import type { GatesSetup } from './gates/gates.ts'
import { FAULTY } from './gates/reasons.ts'
import { RULE_TYPES, USUAL_DURATION } from './gates/rule.ts'
import { type MonitorSetup, STATES, TYPES } from './monitors/monitor.ts'

const state = z.enum(STATES)

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
/** A duration such as `90s` or `10m`, in milliseconds. */
const duration = z.string().transform((text, context) => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text)
  if (match !== null) return Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0)
  context.addIssue({ code: 'custom', message: `a length of time is written as 500ms, 90s or 10m, not '${text}'` })
  return z.NEVER
})

const change = z.strictObject({
  /** `deploy`: at each UpdateService of ECS. `event`: at each event that Datadog accepts. `start`: from the beginning. */
  on: z.enum(['start', 'deploy', 'event']).default('deploy'),
  /** Only the deploy or event of this number, counted from 1. */
  nth: z.int().positive().optional(),
  /** Only deploys of this ECS service. */
  service: z.string().optional(),
  after: duration.optional(),
  /** The group that changes, created if it does not exist. Default: all groups. */
  group: z.string().optional(),
  state,
})

const downtime = z.strictObject({
  scope: z.array(z.string()),
  /** Monitor tags, for a downtime that is not of this monitor alone. */
  tags: z.array(z.string()).default([]),
  after: duration.optional(),
  lasts: duration.optional(),
})

const monitor = z.strictObject({
  name: z.string(),
  tags: z.array(z.string()).default([]),
  type: z.enum(TYPES).default('query alert'),
  query: z.string().default(''),
  /** From 1, the highest, to 5. */
  priority: z.int().min(1).max(5).optional(),
  draft: z.boolean().default(false),
  groups: z.union([z.array(z.string()), z.record(z.string(), state)]).default(['*']),
  /** Groups, or `*`, that a user has muted, and for how long; `null`: without end. */
  silenced: z.union([z.array(z.string()), z.record(z.string(), duration.nullable())]).default([]),
  downtimes: z.array(downtime).default([]),
  changes: z.array(change).default([]),
})

const rule = z.strictObject({
  type: z.enum(RULE_TYPES),
  name: z.string(),
  /** Of a rule of monitors, in the syntax of Datadog's monitor search. */
  query: z.string().default(''),
  duration: duration.optional(),
  dryRun: z.boolean().default(false),
  /** Decides the rule, whatever the monitors say. */
  result: z
    .strictObject({ status: z.enum(['pass', 'fail']), after: duration.prefault('0s'), reason: z.string().optional() })
    .optional(),
})

const gate = z.strictObject({
  service: z.string(),
  env: z.string(),
  identifier: z.string().default('default'),
  dryRun: z.boolean().default(false),
  rules: z.array(rule).min(1),
})

/** A version that faulty deployment detection finds, some time after an evaluation began. */
const faultyDeployment = z.strictObject({
  service: z.string().optional(),
  env: z.string().optional(),
  version: z.string(),
  after: duration.prefault('0s'),
  reason: z.string().default(FAULTY),
})

const fault = z.strictObject({
  /** Start of the paths of requests that fail. Default: all requests. */
  path: z.string().default('/'),
  /** The number of requests that fail. */
  times: z.int().positive().default(1),
  /** Answered instead of the real answer. */
  status: z.int().min(300).max(599).optional(),
  /** For a 429: how many seconds to wait. */
  reset: z.int().min(0).optional(),
  /** The connection breaks: before the request is carried out, after it, or in the middle of the answer. */
  breaks: z.enum(['before', 'after', 'midway']).optional(),
  delay: duration.optional(),
})

/** The `datadog:` section of a scenario. */
export const datadogScenario = z.strictObject({
  monitors: z.array(monitor).default([]),
  gates: z.array(gate).default([]),
  faultyDeployments: z.array(faultyDeployment).default([]),
  /** How long a new evaluation of a gate is not found yet. */
  evaluationLag: duration.prefault('0s'),
  faults: z.array(fault).default([]),
})

export type Scenario = z.infer<typeof datadogScenario>
export type MonitorChange = z.infer<typeof change>
export type FaultRule = z.infer<typeof fault>

/** Reads the `datadog:` section of a scenario. @throws Error that names the member that is wrong. */
export function parseScenario(value: unknown): Scenario {
  const parsed = datadogScenario.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Error(`The scenario of Datadog is wrong at \`${issue?.path.join('.')}\`: ${issue?.message}`)
}

/** A monitor of the scenario at `now`, in seconds since the epoch. */
export const setupOf = (of: Scenario['monitors'][number], now: number): MonitorSetup => ({
  settings: {
    name: of.name,
    type: of.type,
    query: of.query,
    message: '',
    tags: of.tags,
    priority: of.priority ?? null,
    draft_status: of.draft ? 'draft' : 'published',
    restricted_roles: null,
    options: {},
  },
  groups: Array.isArray(of.groups) ? Object.fromEntries(of.groups.map((name) => [name, 'OK'])) : of.groups,
  silenced: Object.fromEntries(
    mutesOf(of).map(([group, lasts]) => [group, lasts === null ? null : now + lasts / 1000]),
  ),
  downtimes: of.downtimes.map(({ scope, tags, after = 0, lasts }) => ({
    scope,
    tags,
    start: now + after / 1000,
    end: lasts === undefined ? null : now + (after + lasts) / 1000,
  })),
})

const mutesOf = ({ silenced }: Scenario['monitors'][number]): readonly (readonly [string, number | null])[] =>
  Array.isArray(silenced) ? silenced.map((group) => [group, null]) : Object.entries(silenced)

/** The gates of the scenario. */
export const gatesOf = ({ gates, faultyDeployments, evaluationLag }: Scenario): GatesSetup => ({
  faulty: faultyDeployments,
  lag: evaluationLag,
  gates: gates.map((of) => ({
    ...of,
    rules: of.rules.map(({ type, name, query, duration, dryRun, result }) => ({
      name,
      dryRun,
      duration: duration ?? USUAL_DURATION[type],
      check: type === 'monitor' ? { type, query } : { type },
      ...(result === undefined ? {} : { result }),
    })),
  })),
})
