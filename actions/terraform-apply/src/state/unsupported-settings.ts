import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Backend } from './backend.ts'
import { firstBlock, hasKeys } from './s3-credentials.ts'

/** @throws SlipwayError when the S3 backend has a setting without which we would read or write another object than Terraform. */
export function requireSupportedSettings(command: string, { config }: Backend, env: Environment, hint: string): void {
  const names = unsupportedSettings(config, env)
  if (names.length === 0) return
  const list = new Intl.ListFormat('en-GB').format(names.map((name) => `\`${name}\``))
  const settings = names.length === 1 ? 'setting' : 'settings'
  throw new SlipwayError(`\`command: ${command}\` does not support the ${settings} ${list} of the S3 backend.`, {
    hint: `Nothing was changed. ${hint}`,
  })
}

/** Names of settings that change what is read or with which credentials, and that only Terraform supports. */
export function unsupportedSettings(config: Backend['config'], env: Environment): readonly string[] {
  const customerKey = config['encrypt'] === true && (config['sse_customer_key'] || env['AWS_SSE_CUSTOMER_KEY'])
  const keysElsewhere = hasKeys(config) || (!config['profile'] && env['AWS_ACCESS_KEY_ID'])
  const files = ['shared_config_files', 'shared_credentials_files', 'shared_credentials_file']
  return [
    ...(customerKey ? ['sse_customer_key'] : []),
    ...(firstBlock(config['assume_role_with_web_identity'])['role_arn'] ? ['assume_role_with_web_identity'] : []),
    ...(keysElsewhere ? [] : files.filter((name) => [config[name] ?? []].flat().length > 0)),
  ]
}
