import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Backend } from './backend.ts'
import { beyondUs } from './s3-credentials.ts'

/** @throws SlipwayError when the backend has settings without which we would not read and write the state as Terraform does. */
export function requireKnownSettings(command: string, { config }: Backend, env: Environment, hint: string): void {
  const names = beyondUs(config, env)
  if (names.length === 0) return
  const list = names.map((name) => `\`${name}\``).join(' and ')
  throw new SlipwayError(`\`command: ${command}\` cannot follow the setting ${list} of the S3 backend.`, {
    hint: `Nothing was changed. ${hint}`,
  })
}
