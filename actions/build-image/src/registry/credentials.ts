/** User name and password for a registry. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Returns the credentials for one registry; `undefined` where there are none. `fresh` does not return earlier ones. */
export type CredentialSource = (options?: { readonly fresh?: boolean }) => Promise<Credentials | undefined>

export const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
