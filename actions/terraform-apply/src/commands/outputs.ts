import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import type { OutputValue } from '../plan-json/plan-json.ts'
import { collect, HIDDEN } from '../plan-json/sensitive-values.ts'
import type { StreamOutput } from '../terraform/json-events.ts'
import type { Terraform } from '../terraform/terraform.ts'

export type Outputs = Readonly<Record<string, OutputValue>>

/** Names of the action's own outputs. A Terraform output with such a name is only in the output `outputs`. */
export const OWN_OUTPUTS: ReadonlySet<string> = new Set([
  'approval',
  'changes',
  'comment-url',
  'counts',
  'drift',
  'errored-state-file',
  'fingerprint',
  'has-changes',
  'outputs',
  'pending',
  'plan-file',
  'planned-file',
  'promotion-differences',
])

/** The outputs after an apply. `terraform output` runs only if one is sensitive: `apply` prints the other values itself. */
export async function outputsAfterApply(
  tf: Terraform,
  printed: Readonly<Record<string, StreamOutput>> | undefined,
): Promise<Outputs> {
  if (printed !== undefined && Object.values(printed).every(({ sensitive }) => !sensitive)) return printed
  const { code, stdout, stderr } = await tf.exec(['output', '-json', '-no-color'])
  if (code === 0) return parseJson(stdout, `What \`${tf.product} output\` printed`) as Outputs
  throw new SlipwayError(`\`${tf.product} output\` failed: ${stderr.trim()}`, {
    hint: 'The apply itself succeeded. Run the step again to get the outputs.',
  })
}

/** Sets every Terraform output as a step output (after masking sensitive ones), and `outputs` as JSON (with sensitive ones hidden). */
export function setOutputs({ log, step }: World, outputs: Outputs): void {
  for (const [name, { value, sensitive }] of Object.entries(outputs)) {
    if (OWN_OUTPUTS.has(name)) {
      log.warning(
        `The Terraform output \`${name}\` has the name of one of this action's own outputs; read it from the output \`outputs\`.`,
      )
      continue
    }
    if (sensitive) mask(log, value)
    step.output(name, value ?? '')
  }
  const shown = Object.entries(outputs).map(([name, { value, sensitive }]) => [
    name,
    sensitive ? HIDDEN : (value ?? null),
  ])
  step.output('outputs', Object.fromEntries(shown))
}

function mask(log: World['log'], value: unknown): void {
  const secrets = new Set<string>()
  collect(value, true, secrets)
  if (typeof value === 'object' && value !== null) secrets.add(JSON.stringify(value))
  for (const secret of secrets) log.mask(secret)
}
