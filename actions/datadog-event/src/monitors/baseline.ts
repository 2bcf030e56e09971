import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { InputError } from '../../../../toolkit/errors.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import { MONITOR_STATES, type Monitor } from './monitor.ts'
import type { MonitorQuery } from './snapshot.ts'

/** The state of the monitors before the deploy. `monitors` is undefined where Datadog could not be read. */
export interface Baseline {
  /** Milliseconds since the epoch. */
  readonly takenAt: number
  readonly monitors: readonly Monitor[] | undefined
}

const state = z.enum(MONITOR_STATES)
const baselineFile = z.object({
  schema: z.literal(1),
  takenAt: z.number(),
  queries: z.array(z.array(z.string())),
  monitors: z.optional(
    z.array(
      z.object({
        id: z.number(),
        name: z.string(),
        priority: z.optional(z.number()),
        draft: z.optional(z.boolean()),
        definition: z.optional(z.string()),
        overall: state,
        counts: z.partialRecord(state, z.number()),
        muted: z.number(),
        judged: z.number(),
        notable: z.array(z.object({ name: z.string(), state, since: z.number(), muted: z.boolean() })),
        calm: z.optional(z.array(z.string())),
      }),
    ),
  ),
})

/** Writes the baseline to a file for later steps of the job, and returns its path. */
export function writeBaseline(
  { takenAt, monitors }: Baseline,
  queries: readonly MonitorQuery[],
  env: Environment,
  name: string,
): string {
  const path = join(env['RUNNER_TEMP'] || '.', `datadog-baseline-${name}.json`)
  writeFileSync(path, JSON.stringify({ schema: 1, takenAt, queries, monitors }))
  return path
}

/** @throws InputError when there is no such file, it is not a baseline, or it is one of other monitors. */
export function readBaseline(path: string, queries: readonly MonitorQuery[]): Baseline {
  const hint =
    'Pass the output `baseline` of the step that ran with `command: baseline` before the deploy, in the same job.'
  let value: unknown
  try {
    value = parseJson(readFileSync(path, 'utf8'), `The file \`${path}\``)
  } catch (cause) {
    throw new InputError('baseline', `is \`${path}\`, which cannot be read.`, { hint, cause })
  }
  const parsed = baselineFile.safeParse(value)
  if (!parsed.success) throw new InputError('baseline', `is \`${path}\`, which is not a baseline.`, { hint })
  const { takenAt, monitors } = parsed.data
  if (JSON.stringify(parsed.data.queries) !== JSON.stringify(queries)) {
    const of = parsed.data.queries.map((query) => query.join(',')).join(' or ')
    throw new InputError('baseline', `is of other monitors, tagged \`${of}\`.`, {
      hint: `Give both steps the same \`service\`, \`env\` and \`monitor-tags\`; this one looks for \`${queries.map((query) => query.join(',')).join(' or ')}\`.`,
    })
  }
  return { takenAt, monitors: monitors as readonly Monitor[] | undefined }
}
