import { closeSync, openSync, readSync } from 'node:fs'
import { InputError } from '../../../../toolkit/errors.ts'
import { STS_LIMITS, stsProblem } from '../inputs/sts-limits.ts'

/** The OpenID Connect token in a file. @throws InputError when there is none, or one that STS would refuse for its length. */
export function readTokenFile(file: string): string {
  const hint = 'Write the path of the file with the token, such as that in `AWS_WEB_IDENTITY_TOKEN_FILE`.'
  let token: string
  try {
    token = readStart(file, STS_LIMITS.token.max + 2).trim()
  } catch (cause) {
    throw new InputError('web-identity-token-file', `names \`${file}\`, which cannot be read.`, { hint, cause })
  }
  if (token === '') throw new InputError('web-identity-token-file', `names \`${file}\`, which is empty.`, { hint })
  if (stsProblem(token, 'token') === undefined) return token
  throw new InputError(
    'web-identity-token-file',
    `names \`${file}\`, which has no token: AWS accepts ${STS_LIMITS.token.min} to ${STS_LIMITS.token.max} characters.`,
    { hint },
  )
}

/** The first bytes of a file, which may be a device without end. */
function readStart(file: string, limit: number): string {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(limit)
    let size = 0
    for (let read = 1; read > 0 && size < limit; size += read)
      read = readSync(descriptor, bytes, size, limit - size, null)
    return bytes.toString('utf8', 0, size)
  } finally {
    closeSync(descriptor)
  }
}
