import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { OutputValue } from '../plan-json/plan-json.ts'
import { collect, HIDDEN } from '../plan-json/sensitive-values.ts'
import type { StreamOutput } from '../terraform/json-events.ts'
import type { Terraform } from '../terraform/terraform.ts'

export type Outputs = Readonly<Record<string, OutputValue>>

/** Names of the action's own outputs; a Terraform output of such a name is found in `outputs` only. */
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

/** The outputs after an apply. The stream has all but the sensitive values, so most stacks are spared another command. */
export async function outputsAfterApply(
  streamed: Readonly<Record<string, StreamOutput>> | undefined,
  tf: Terraform,
): Promise<Outputs> {
  if (streamed !== undefined && Object.values(streamed).every(({ sensitive }) => !sensitive)) return streamed
  const { code, stdout, stderr } = await tf.query(['output', '-json', '-no-color'])
  if (code === 0) return JSON.parse(stdout) as Outputs
  throw new SlipwayError(`\`${tf.product} output\` failed: ${stderr.trim()}`, {
    hint: 'The apply itself succeeded. Run the step again to get the outputs.',
  })
}

/** Sets every Terraform output as a step output (sensitive ones masked first), and all as JSON (sensitive ones hidden). */
export function setOutputs(outputs: Outputs, { log, step }: World): void {
  for (const [name, { value, sensitive }] of Object.entries(outputs)) {
    if (OWN_OUTPUTS.has(name)) {
      log.warning(
        `The Terraform output \`${name}\` has the name of an output of this action; read it from \`outputs\`.`,
      )
      continue
    }
    if (sensitive) mask(value, log)
    step.output(name, value ?? '')
  }
  const shown = Object.entries(outputs).map(([name, { value, sensitive }]) => [
    name,
    sensitive ? HIDDEN : (value ?? null),
  ])
  step.output('outputs', Object.fromEntries(shown))
}

function mask(value: unknown, log: World['log']): void {
  const secrets = new Set<string>()
  collect(value, true, secrets)
  if (typeof value === 'object' && value !== null) secrets.add(JSON.stringify(value))
  for (const secret of secrets) log.mask(secret)
}
