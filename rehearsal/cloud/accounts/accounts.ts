import { createHash, randomBytes } from 'node:crypto'
import { formatGlobalArn } from '../kernel/arn.ts'
import type { Caller } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Protocol } from '../kernel/service.ts'
import type { Signature } from '../kernel/signature.ts'
import { credentialsExpired, credentialsUnknown } from './errors.ts'

/** Temporary credentials of STS. */
export interface Credentials {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly SessionToken: string
  readonly Expiration: Date
}

/** The identity of temporary credentials. */
export interface Principal {
  readonly account: string
  readonly arn: string
  readonly userId: string
  readonly role: string | undefined
}

interface Issued {
  readonly principal: Principal
  readonly sessionToken: string
  expiresAt: number
}

/** Simulated IAM identities: every access key belongs to an account, temporary ones to a role session that expires. */
export class Accounts {
  readonly #clock: Clock
  readonly #defaultAccount: string
  readonly #issued = new Map<string, Issued>()

  constructor(clock: Clock, defaultAccount: string) {
    this.#clock = clock
    this.#defaultAccount = defaultAccount
  }

  /** Identifies the caller by the access key. Throws AwsError, in the protocol's code, for bad credentials. */
  identify(signature: Signature, protocol: Protocol): Caller {
    const { accessKeyId, region, sessionToken } = signature
    const principal = accessKeyId.startsWith('ASIA')
      ? this.#session(accessKeyId, sessionToken, protocol)
      : this.#user(accessKeyId)
    return { ...principal, accessKeyId, region }
  }

  /** A caller without credentials, for AssumeRoleWithWebIdentity. */
  anonymous(region: string): Caller {
    return { account: 'anonymous', arn: 'anonymous', userId: 'anonymous', role: undefined, accessKeyId: '', region }
  }

  /** Issues temporary credentials for `principal`. */
  issue(principal: Principal, seconds: number): Credentials {
    const accessKeyId = `ASIA${base32(randomBytes(10))}`
    const sessionToken = randomBytes(192).toString('base64')
    const expiresAt = this.#clock.now() + seconds * 1000
    this.#issued.set(accessKeyId, { principal, sessionToken, expiresAt })
    return {
      AccessKeyId: accessKeyId,
      SecretAccessKey: randomBytes(30).toString('base64'),
      SessionToken: sessionToken,
      Expiration: new Date(expiresAt),
    }
  }

  /** Expires temporary credentials now: all, or those of one account. Returns their number. */
  expire(account?: string): number {
    const now = this.#clock.now()
    const due = [...this.#issued.values()].filter(
      (issued) => issued.expiresAt > now && (account === undefined || issued.principal.account === account),
    )
    for (const issued of due) issued.expiresAt = now
    return due.length
  }

  #session(accessKeyId: string, sessionToken: string | undefined, protocol: Protocol): Principal {
    const issued = this.#issued.get(accessKeyId)
    if (issued === undefined || issued.sessionToken !== sessionToken) throw credentialsUnknown(protocol)
    if (issued.expiresAt <= this.#clock.now()) throw credentialsExpired(protocol)
    return issued.principal
  }

  /** A long-lived key. An account's number is the access key of that account's user. */
  #user(accessKeyId: string): Principal {
    const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : this.#defaultAccount
    const arn = formatGlobalArn('iam', account, 'user/rehearsal')
    return { account, arn, userId: uniqueId('AIDA', arn), role: undefined }
  }
}

/** IAM's unique ids, deterministic for each name: `AROA…` for roles, `AIDA…` for users. */
export const uniqueId = (prefix: 'AROA' | 'AIDA', arn: string) =>
  prefix + base32(createHash('sha256').update(arn).digest().subarray(0, 10)).padEnd(17, 'A')

function base32(bytes: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let bits = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  for (let i = 0; i < bytes.length * 8; i += 5, bits >>= 5n) text += alphabet[Number(bits & 31n)]
  return text
}
