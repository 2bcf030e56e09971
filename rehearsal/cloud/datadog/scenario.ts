// What happens at Datadog during a rehearsal, as a small readable file says it.
import * as z from 'zod/mini'
import { type MonitorSetup, STATES } from './monitors.ts'

const state = z.enum(STATES)
/** A length of time such as `90s`, `10m`; gives milliseconds. */
const duration = z.pipe(
  z.string().check(z.regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'write a length of time such as `90s` or `10m`')),
  z.transform((text) => {
    const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
    return Number.parseFloat(text) * (units[text.replace(/[\d.]/g, '')] ?? 0)
  }),
)

const change = z.strictObject({
  /** `deploy`: each time ECS takes an UpdateService. `event`: each time Datadog takes an event. `start`: from the beginning. */
  on: z._default(z.enum(['start', 'deploy', 'event']), 'deploy'),
  /** Only the deploy or event of this number, counted from 1. */
  nth: z.optional(z.int().check(z.minimum(1))),
  /** Only deploys of this ECS service. */
  service: z.optional(z.string()),
  after: z._default(duration, 0),
  /** One group; all groups where it is missing. One that is not there yet is made. */
  group: z.optional(z.string()),
  state,
})

const monitor = z.strictObject({
  name: z.string(),
  tags: z._default(z.array(z.string()), []),
  query: z._default(z.string(), ''),
  groups: z._default(z.union([z.array(z.string()), z.record(z.string(), state)]), ['*']),
  /** Groups, or `*`, that are muted by hand. */
  silenced: z._default(z.array(z.string()), []),
  downtimes: z._default(
    z.array(
      z.strictObject({ scope: z.array(z.string()), after: z._default(duration, 0), lasts: z.optional(duration) }),
    ),
    [],
  ),
  changes: z._default(z.array(change), []),
})

const fault = z.strictObject({
  /** Requests whose path starts with this; all where it is missing. */
  path: z._default(z.string(), '/'),
  /** How many requests it befalls. */
  times: z._default(z.int().check(z.minimum(1)), 1),
  /** Answered instead of the real answer. */
  status: z.optional(z.int()),
  /** For a 429: how many seconds to wait. */
  reset: z.optional(z.int()),
  /** The connection breaks: before the request is carried out, after it, or in the middle of the answer. */
  breaks: z.optional(z.enum(['before', 'after', 'midway'])),
  delay: z._default(duration, 0),
})

const scenario = z.strictObject({
  monitors: z._default(z.array(monitor), []),
  faults: z._default(z.array(fault), []),
})

export type Scenario = z.infer<typeof scenario>
export type Change = z.infer<typeof change>
export type FaultRule = z.infer<typeof fault>

/** Reads the `datadog:` section of a scenario. @throws Error that names the member that is wrong. */
export function parseScenario(value: unknown): Scenario {
  const parsed = scenario.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Error(`The scenario of Datadog is wrong at \`${issue?.path.join('.')}\`: ${issue?.message}`)
}

/** A monitor as it is set up at `now` (seconds since the epoch). */
export const setupOf = (of: Scenario['monitors'][number], now: number): MonitorSetup => ({
  name: of.name,
  tags: of.tags,
  query: of.query,
  groups: Array.isArray(of.groups) ? Object.fromEntries(of.groups.map((name) => [name, 'OK'])) : of.groups,
  silenced: Object.fromEntries(of.silenced.map((group) => [group, null])),
  downtimes: of.downtimes.map(({ scope, after, lasts }) => ({
    scope,
    start: now + after / 1000,
    end: lasts === undefined ? null : now + (after + lasts) / 1000,
  })),
})
