import { SlipwayError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { OutputValue } from './plan-json.ts'
import type { StreamOutput } from './stream.ts'
import type { Terraform } from './terraform.ts'

export type Outputs = Readonly<Record<string, OutputValue>>

/** What stands for a sensitive value wherever people may read it. */
export const HIDDEN = '***'

/** Names of the action's own outputs; a Terraform output of such a name is found in `outputs` only. */
const OWN = new Set(['outputs', 'changes', 'has-changes', 'plan-file', 'fingerprint', 'verdict'])

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
export function setOutputs(outputs: Outputs, { log, report }: World): void {
  for (const [name, { value, sensitive }] of Object.entries(outputs)) {
    if (OWN.has(name)) {
      log.warning(
        `The Terraform output \`${name}\` has the name of an output of this action; read it from \`outputs\`.`,
      )
      continue
    }
    if (sensitive) for (const secret of formsOf(value)) log.mask(secret)
    report.output(name, value ?? '')
  }
  const shown = Object.entries(outputs).map(([name, { value, sensitive }]) => [
    name,
    sensitive ? HIDDEN : (value ?? null),
  ])
  report.output('outputs', Object.fromEntries(shown))
}

/** The texts under which a secret could show up: each leaf, and the whole as JSON. */
function formsOf(value: unknown): readonly string[] {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [String(value)]
  return [...Object.values(value).flatMap(formsOf), JSON.stringify(value)]
}
