import type { InputReader } from '../../../../toolkit/inputs.ts'
import { existingFiles } from './input-files.ts'

/** The options of `terraform plan`. */
export interface PlanInputs {
  readonly varFiles: readonly string[]
  /** In Terraform's syntax, as in a tfvars file; '' when there are none. */
  readonly variables: string
  readonly targets: readonly string[]
  readonly replace: readonly string[]
  readonly destroy: boolean
  readonly refresh: boolean
  readonly parallelism: number | undefined
  readonly lockTimeoutMs: number
}

/** @throws InputError when a value is out of range, or a file does not exist. */
export const readPlanInputs = (reader: InputReader, directory: string): PlanInputs => ({
  varFiles: existingFiles(reader, 'var-file', directory),
  variables: reader.raw('variables'),
  targets: reader.lines('target'),
  replace: reader.lines('replace'),
  destroy: reader.flag('destroy', false),
  refresh: reader.flag('refresh', true),
  parallelism: reader.integer('parallelism', { min: 1, max: 1000 }),
  lockTimeoutMs: reader.duration('lock-timeout', 5 * 60_000),
})
