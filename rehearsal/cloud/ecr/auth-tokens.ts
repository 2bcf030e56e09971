import { randomBytes } from 'node:crypto'
import type { Caller } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'

const HOURS_12 = 12 * 60 * 60 * 1000

/** The owner of an authorization token. */
export type Holder = Pick<Caller, 'account' | 'region' | 'arn' | 'role'>

export type TokenCheck =
  | { readonly state: 'good'; readonly holder: Holder }
  | { readonly state: 'expired'; readonly holder: Holder }
  | { readonly state: 'unknown' }

/** ECR's authorization tokens: passwords of the user `AWS`, valid for twelve hours. */
export class AuthTokens {
  readonly #clock: Clock
  readonly #issued = new Map<string, { readonly holder: Holder; expiresAt: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue({ account, region, arn, role }: Holder): { readonly password: string; readonly expiresAt: Date } {
    const password = randomBytes(96).toString('base64url')
    const expiresAt = this.#clock.now() + HOURS_12
    this.#issued.set(password, { holder: { account, region, arn, role }, expiresAt })
    return { password, expiresAt: new Date(expiresAt) }
  }

  check(password: string): TokenCheck {
    const issued = this.#issued.get(password)
    if (issued === undefined) return { state: 'unknown' }
    const { holder, expiresAt } = issued
    return { state: expiresAt > this.#clock.now() ? 'good' : 'expired', holder }
  }

  /** Expires tokens now: all, or those of one account. Returns their number. */
  expire(account?: string): number {
    const now = this.#clock.now()
    const due = [...this.#issued.values()].filter(
      ({ holder, expiresAt }) => expiresAt > now && (account === undefined || holder.account === account),
    )
    for (const issued of due) issued.expiresAt = now
    return due.length
  }
}
