import { errorMessage } from '../../../../toolkit/errors.ts'

/** The code of an AWS error without its ending `Exception`: the SDK adds it where it knows the error, and not where it does not. */
export const errorCode = (error: unknown): string =>
  error instanceof Error ? error.name.replace(/Exception$/, '') : ''

/** True where STS could not read the signing keys of the token's issuer: often only for a moment. */
export const isIssuerUnread = (error: unknown): boolean =>
  errorCode(error) === 'IDPCommunicationError' ||
  (errorCode(error) === 'InvalidIdentityToken' && /verification key/i.test(errorMessage(error)))
