import { readFileSync } from 'node:fs'
import { SlipwayError } from '../errors.ts'
import type { Environment } from '../runtime.ts'

/**
 * The certificates that AWS_CA_BUNDLE names, in PEM; `undefined` where it is not set. The AWS command line and Terraform trust
 * them, the SDK does not read them.
 * @throws SlipwayError when they cannot be read.
 */
export function readCaBundle(env: Environment): string | undefined {
  const file = env['AWS_CA_BUNDLE']
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SlipwayError(`AWS_CA_BUNDLE names \`${file}\`, which cannot be read.`, {
      hint: 'Set it to a file with certificates in PEM form, or unset it.',
      cause,
    })
  }
}
