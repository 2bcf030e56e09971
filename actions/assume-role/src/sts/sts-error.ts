/** The code of an AWS error without its ending `Exception`: the SDK adds it where it knows the error, and not where it does not. */
export const errorCode = (error: unknown): string =>
  error instanceof Error ? error.name.replace(/Exception$/, '') : ''
