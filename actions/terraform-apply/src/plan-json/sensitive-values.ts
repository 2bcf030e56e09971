import { isContainer, keysOf, member } from './json-values.ts'
import { type Plan, type ResourceChangeJson, resourcesOf, type StateValues, type ValueChange } from './plan-json.ts'

/** Shown in place of a sensitive value. */
export const HIDDEN = '***'

/** A shorter value occurs in ordinary text, so it is hidden only where it is marked. */
const SHORTEST = 4

/** Every sensitive value in a plan, in every form it may be printed in. `terraform show -json` has them in plain text. */
export function secretsOf(plan: Plan): ReadonlySet<string> {
  const found = new Set<string>()
  const {
    variables = {},
    configuration,
    planned_values,
    prior_state,
    resource_changes = [],
    resource_drift = [],
  } = plan
  for (const [name, { sensitive = false }] of Object.entries(configuration?.root_module?.variables ?? {})) {
    if (sensitive) collect(variables[name]?.value, true, found)
  }
  for (const values of [planned_values, prior_state?.values]) collectFromState(values, found)
  for (const { change } of [...resource_changes, ...resource_drift] satisfies ResourceChangeJson[]) {
    collectFromChange(change, found)
  }
  for (const change of Object.values(plan.output_changes ?? {})) collectFromChange(change, found)
  return found
}

function collectFromState(values: StateValues | undefined, found: Set<string>): void {
  for (const { value, sensitive } of Object.values(values?.outputs ?? {})) collect(value, sensitive, found)
  for (const resource of resourcesOf(values?.root_module)) collect(resource.values, resource.sensitive_values, found)
}

function collectFromChange(change: ValueChange, found: Set<string>): void {
  collect(change.before, change.before_sensitive, found)
  collect(change.after, change.after_sensitive, found)
}

/** Adds the leaves of `value` that `marks` marks. */
export function collect(value: unknown, marks: unknown, found: Set<string>): void {
  if (marks === undefined || marks === false || marks === null) return
  if (isContainer(value)) {
    const keys = marks === true ? keysOf(value) : keysOf(value, marks)
    for (const key of keys) collect(member(value, key), member(marks, key), found)
  } else if (marks === true && (typeof value === 'string' || typeof value === 'number')) {
    for (const form of formsOf(String(value))) found.add(form)
  }
}

/** The forms in which a secret may be printed: as it is, line by line, escaped in JSON, and encoded. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < SHORTEST || /^(true|false|null)$/.test(secret)) return []
  const forms = [secret, ...secret.split(/\r?\n/).map((line) => line.trim())]
  const json = JSON.stringify(secret).slice(1, -1)
  const escaped = [json, json.replace(/[<>&]/g, asTerraformEscapes)]
  const encoded = [Buffer.from(secret).toString('base64'), encodeURIComponent(secret.toWellFormed())]
  return [...forms, ...escaped, ...encoded].filter((form) => form.length >= SHORTEST)
}

/** Terraform's `jsonencode` escapes `<`, `>` and `&`. */
const asTerraformEscapes = (sign: string) => `\\u00${sign.charCodeAt(0).toString(16)}`

/** Replaces secrets in a text. Scrub before cutting or escaping: a secret that is cut or escaped is not found. */
export type Scrub = (text: string) => string

/** A function that replaces each of these secrets in a text. */
export function scrubber(secrets: ReadonlySet<string>): Scrub {
  if (secrets.size === 0) return (text) => text
  // Longest first: a secret inside another one would leave the rest of that one visible.
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length).map(escapeForRegExp)
  const pattern = new RegExp(longestFirst.join('|'), 'g')
  return (text) => text.replace(pattern, HIDDEN)
}

/** A JSON value without secrets. Works leaf by leaf, as replacing a number in the text may break the JSON. */
export function scrubValue(value: unknown, scrub: Scrub): unknown {
  if (Array.isArray(value)) return value.map((each) => scrubValue(each, scrub))
  if (isContainer(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [scrub(key), scrubValue(inner, scrub)]))
  }
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const text = String(value)
  const scrubbed = scrub(text)
  return scrubbed === text ? value : scrubbed
}

const escapeForRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
