/**
 * How a secret may stand in a log, a header or a file: as it is, in base64 of either alphabet, and so behind a user name, as
 * Docker's configuration and the header `Authorization` have a login.
 */
export function secretForms(secret: string, username?: string): readonly string[] {
  const texts = username === undefined ? [secret] : [secret, `${username}:${secret}`]
  return texts.flatMap((text) => {
    const bytes = Buffer.from(text)
    return [text, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')]
  })
}
