// The file of input `config`: rules of a deployment gate, as datadog-ci and Datadog's API write them.
import { readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import { InputError } from '../../../../toolkit/errors.ts'
import { defined } from '../../../../toolkit/objects.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'

/** Rules for one evaluation, as Datadog's API takes them. */
export interface GateRules {
  readonly dry_run?: boolean
  readonly rules: readonly GateRule[]
}

interface GateRule {
  readonly type: string
  readonly name: string
  readonly dry_run?: boolean
  readonly options?: object
}

const LONGEST_S = 7200
const text = z.string().check(z.minLength(1))
const duration = z.optional(z.int().check(z.minimum(0), z.maximum(LONGEST_S)))
const dryRun = { dryRun: z.optional(z.boolean()), dry_run: z.optional(z.boolean()) }
const monitorRule = z.strictObject({
  ...{ type: z.literal('monitor'), name: text, ...dryRun },
  options: z.strictObject({ query: text, duration }),
})
const faultyRule = z.strictObject({
  ...{ type: z.literal('faulty_deployment_detection'), name: text, ...dryRun },
  options: z.optional(
    z.strictObject({
      duration,
      excluded_resources: z.optional(z.array(z.string())),
      allowed_resources: z.optional(z.array(z.string())),
    }),
  ),
})
const rule = z.discriminatedUnion('type', [monitorRule, faultyRule])
const configuration = z.strictObject({ ...dryRun, rules: z.array(rule).check(z.minLength(1)) })

const EXAMPLE =
  'Write, for example, `{"rules": [{"type": "monitor", "name": "Errors", "options": {"query": "service:web env:production", "duration": 300}}]}`.'

/** @throws InputError when the file cannot be read, or Datadog would not take what it has. */
export function readGateRules(path: string): GateRules {
  let value: unknown
  try {
    value = parseJson(readFileSync(path, 'utf8'), `The file \`${path}\``)
  } catch (cause) {
    if (cause instanceof TooDeepError) throw cause
    throw new InputError('config', `is \`${path}\`, which cannot be read as JSON.`, { hint: EXAMPLE, cause })
  }
  const parsed = configuration.safeParse(unwrapped(value))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue === undefined || issue.path.length === 0 ? '' : `\`${issue.path.join('.')}\`: `
    throw new InputError('config', `is \`${path}\`, which is not a gate's configuration: ${where}${issue?.message}.`, {
      hint: `${EXAMPLE} Rules are of the type \`monitor\` or \`faulty_deployment_detection\`; a duration is in seconds, up to ${LONGEST_S}.`,
    })
  }
  const { rules, ...gate } = parsed.data
  return {
    ...dryRunOf(gate),
    rules: rules.map(({ type, name, options, ...more }) => ({
      type,
      name,
      ...dryRunOf(more),
      ...defined({ options }),
    })),
  }
}

/** Datadog's examples of its API have the rules in a member `configuration`. */
const unwrapped = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'configuration' in value && !('rules' in value)
    ? value.configuration
    : value

/** datadog-ci writes `dryRun`, the API `dry_run`. */
const dryRunOf = (of: { readonly dryRun?: boolean | undefined; readonly dry_run?: boolean | undefined }) =>
  defined({ dry_run: of.dry_run ?? of.dryRun })

/** True for rules that compare versions, and so need one. */
export const needsVersion = ({ rules }: GateRules): boolean =>
  rules.some(({ type }) => type === 'faulty_deployment_detection')
