import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SlipwayError } from '../errors.ts'
import type { Environment } from '../runtime.ts'
import { configFile, homeFolder, profileName, profileSetting } from './profile.ts'

/**
 * The certificates that AWS_CA_BUNDLE names, or `ca_bundle` of the AWS profile, in PEM; `undefined` where neither is set. The AWS
 * CLI trusts them, the SDK does not read them.
 * @throws SlipwayError when they cannot be read. Node would leave out what it cannot read, and then refuse each connection.
 */
export function readCaBundle(env: Environment): string | undefined {
  const named = findBundle(env)
  if (named === undefined) return undefined
  const bundle = readFile(named)
  const certificates = bundle.match(CERTIFICATE) ?? []
  if (certificates.length === 0) throw unusable(named, 'which has no certificate in PEM form')
  for (const [at, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate)
    } catch (cause) {
      throw unusable(named, `whose certificate ${at + 1} of ${certificates.length} cannot be read`, cause)
    }
  }
  return bundle
}

/** A file of certificates, and the setting that names it. */
interface Bundle {
  readonly setting: string
  readonly file: string
}

function findBundle(env: Environment): Bundle | undefined {
  if (env['AWS_CA_BUNDLE']) return { setting: 'AWS_CA_BUNDLE', file: env['AWS_CA_BUNDLE'] }
  const file = profileSetting(env, 'ca_bundle')
  if (file === undefined) return undefined
  const setting = `\`ca_bundle\` of the profile \`${profileName(env)}\` in \`${configFile(env)}\``
  return { setting, file: file.replace(/^~(?=\/)/, homeFolder(env)) }
}

const CERTIFICATE = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END \1CERTIFICATE-----/g

function readFile(named: Bundle): string {
  try {
    return readFileSync(named.file, 'utf8')
  } catch (cause) {
    throw unusable(named, 'which cannot be read', cause)
  }
}

const unusable = ({ setting, file }: Bundle, problem: string, cause?: unknown) =>
  new SlipwayError(`${setting} names \`${file}\`, ${problem}.`, {
    hint: 'Set it to a file with certificates in PEM form, or unset it.',
    cause,
  })
