/** User name and password for a registry. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Returns the credentials for one registry; `undefined` where there are none. `fresh` does not return earlier ones. */
export type CredentialSource = (options?: { readonly fresh?: boolean }) => Promise<Credentials | undefined>

/** The Authorization header of HTTP's basic authentication. */
export const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** Splits `user:password` in base64, as Docker configurations and ECR's tokens have it. */
export function parseBasic(base64: string): Credentials {
  const [username = '', ...password] = Buffer.from(base64, 'base64').toString('utf8').split(':')
  return { username, password: password.join(':') }
}
