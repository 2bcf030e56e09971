// Profiles of the AWS configuration and credentials files, and settings that the SDK does not read by itself.
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

/** Whether the files of this machine have the profile. */
export function hasProfile(env: Environment, name: string): boolean {
  const credentials = env['AWS_SHARED_CREDENTIALS_FILE'] || join(homeFolder(env), '.aws', 'credentials')
  return (
    linesOf(credentials).some((line) => titleOf(line) === name) ||
    linesOf(configFile(env)).some((line) => profileOf(titleOf(line)) === name)
  )
}

/** A setting of the profile, such as `ca_bundle`; `undefined` without one, or without a file that can be read. */
export function profileSetting(env: Environment, name: string): string | undefined {
  const wanted = profileName(env)
  let inside = false
  let found: string | undefined
  for (const line of linesOf(configFile(env))) {
    const title = titleOf(line)
    if (title !== undefined) inside = profileOf(title) === wanted
    // An indented line is a setting of a service, such as `s3`.
    const [, key, value] = /^(\w+)\s*=\s*(.*?)\s*(?:\s[#;].*)?$/.exec(line) ?? []
    if (inside && key === name && value !== '') found = value
  }
  return found
}

/** The title of the section that begins on a line. */
const titleOf = (line: string): string | undefined => /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim()

/** The profile of a section in the configuration file: `default` and `profile default`, but only `profile NAME` for others. */
function profileOf(title: string | undefined): string | undefined {
  if (title === undefined || title === 'default') return title
  const [, double, single, plain] = /^profile\s+(?:"(.*)"|'(.*)'|(.*))$/.exec(title) ?? []
  return double ?? single ?? plain
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)
  } catch {
    return []
  }
}
