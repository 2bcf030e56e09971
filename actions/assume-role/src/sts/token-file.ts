import { readFileSync } from 'node:fs'
import { InputError } from '../../../../toolkit/errors.ts'

/** The OpenID Connect token in a file. @throws InputError when there is none. */
export function readTokenFile(file: string): string {
  const hint = 'Write the path of the file with the token, such as that in `AWS_WEB_IDENTITY_TOKEN_FILE`.'
  let token: string
  try {
    token = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new InputError('web-identity-token-file', `names \`${file}\`, which cannot be read.`, { hint, cause })
  }
  if (token !== '') return token
  throw new InputError('web-identity-token-file', `names \`${file}\`, which is empty.`, { hint })
}
