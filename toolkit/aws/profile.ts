// Settings of the AWS configuration file that the SDK does not read by itself.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../runtime.ts'

/** The profile that the AWS CLI and Terraform use. Empty variables are what assume-role exports. */
export const profileName = (env: Environment): string => env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'] || 'default'

/** The user's home folder. */
export const homeFolder = (env: Environment): string => env['HOME'] || homedir()

/** Path of the configuration file. */
export const configFile = (env: Environment): string =>
  env['AWS_CONFIG_FILE'] || join(homeFolder(env), '.aws', 'config')

/** A setting of the profile, such as `ca_bundle`; `undefined` without one, or without a file that can be read. */
export function profileSetting(env: Environment, name: string): string | undefined {
  const wanted = profileName(env)
  let inside = false
  let found: string | undefined
  for (const line of linesOf(configFile(env))) {
    const [, section] = /^\[\s*(?:profile\s+)?([^\]]*?)\s*\]/.exec(line) ?? []
    if (section !== undefined) inside = section === wanted
    // An indented line is a setting of a service, such as `s3`.
    const [, key, value] = /^(\w+)\s*=\s*(.*?)\s*(?:\s[#;].*)?$/.exec(line) ?? []
    if (inside && key === name && value !== '') found = value
  }
  return found
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)
  } catch {
    return []
  }
}
