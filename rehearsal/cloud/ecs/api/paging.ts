import { AwsError } from '../../kernel/errors.ts'

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextToken: string | undefined
}

/** One page of a list, and the token of the next. */
export function pageOf<T>(all: readonly T[], token: string | undefined, size: number): Page<T> {
  const start = token === undefined ? 0 : offsetOf(token)
  const end = start + size
  return { items: all.slice(start, end), nextToken: end < all.length ? tokenOf(end) : undefined }
}

/** The page size. Throws when the API does not allow it. */
export function pageSize(asked: number | undefined, byDefault: number, most = 100): number {
  if (asked === undefined) return byDefault
  if (Number.isInteger(asked) && asked >= 1 && asked <= most) return asked
  throw new AwsError('InvalidParameterException', `maxResults must be between 1 and ${most}, not ${asked}.`)
}

/** Refuses a batch above AWS's limit. */
export function refuseLargeBatch(member: string, batch: readonly unknown[], most: number): void {
  if (batch.length === 0) throw new AwsError('InvalidParameterException', `${member} cannot be empty.`)
  if (batch.length > most) throw new AwsError('InvalidParameterException', `${member} can have at most ${most} items.`)
}

const tokenOf = (offset: number) => Buffer.from(JSON.stringify({ offset })).toString('base64url')

function offsetOf(token: string): number {
  try {
    const { offset } = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (Number.isSafeInteger(offset) && offset >= 0) return offset
  } catch {
    // Handled below.
  }
  throw new AwsError('InvalidParameterException', 'Invalid token.')
}
