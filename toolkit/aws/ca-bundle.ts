import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SlipwayError } from '../errors.ts'
import type { Environment } from '../runtime.ts'

/**
 * The certificates that AWS_CA_BUNDLE names, in PEM; `undefined` where it is not set. The AWS command line and Terraform trust
 * them, the SDK does not read them.
 * @throws SlipwayError when they cannot be read. Node would leave out what it cannot read, and then refuse each connection.
 */
export function readCaBundle(env: Environment): string | undefined {
  const file = env['AWS_CA_BUNDLE']
  if (!file) return undefined
  const bundle = readFile(file)
  const certificates = bundle.match(CERTIFICATE) ?? []
  if (certificates.length === 0) throw unusable(file, 'which has no certificate in PEM form')
  for (const [at, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate)
    } catch (cause) {
      throw unusable(file, `whose certificate ${at + 1} of ${certificates.length} cannot be read`, cause)
    }
  }
  return bundle
}

const CERTIFICATE = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END \1CERTIFICATE-----/g

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unusable(file, 'which cannot be read', cause)
  }
}

const unusable = (file: string, problem: string, cause?: unknown) =>
  new SlipwayError(`AWS_CA_BUNDLE names \`${file}\`, ${problem}.`, {
    hint: 'Set it to a file with certificates in PEM form, or unset it.',
    cause,
  })
