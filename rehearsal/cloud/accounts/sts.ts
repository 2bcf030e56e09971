import { formatGlobalArn, parseArn } from '../kernel/arn.ts'
import type { Members, Operations } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { AwsError } from '../kernel/errors.ts'
import { type Accounts, type Credentials, type Principal, uniqueId } from './accounts.ts'
import { checkSession } from './session-limits.ts'
import { readWebIdentity } from './web-identity.ts'

/** Simulated STS. Trust policies are not evaluated: any well-formed role can be assumed. */
export function stsOperations(accounts: Accounts, clock: Clock): Operations {
  return {
    GetCallerIdentity: (_, caller) => ({ UserId: caller.userId, Account: caller.account, Arn: caller.arn }),

    AssumeRole: (input, caller) => {
      const chained = caller.role !== undefined
      const seconds = duration(input, 3600, 43_200)
      if (chained && seconds > 3600) {
        throw invalid(
          'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
        )
      }
      return session(accounts, roleSession(input), seconds)
    },

    AssumeRoleWithWebIdentity: (input) => {
      const token = required(input, 'WebIdentityToken')
      const identity = readWebIdentity(token, clock.now())
      return {
        ...session(accounts, roleSession(input), duration(input, 3600, 43_200)),
        SubjectFromWebIdentityToken: identity.subject,
        Audience: identity.audience,
        Provider: identity.issuer,
      }
    },

    GetSessionToken: (input, caller) => {
      if (caller.accessKeyId.startsWith('ASIA')) {
        throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403)
      }
      const { account, arn, userId, role } = caller
      return credentialsOnly(accounts.issue({ account, arn, userId, role }, duration(input, 43_200, 129_600)))
    },
  }
}

/** The only operations that need no signature. */
export const UNSIGNED: ReadonlySet<string> = new Set(['AssumeRoleWithWebIdentity'])

function roleSession(input: Members): Principal {
  checkSession(input)
  const roleArn = required(input, 'RoleArn')
  const name = required(input, 'RoleSessionName')
  const { service, region, account, resource = '' } = parseArn(roleArn) ?? {}
  const [, role] = /^role\/(?:[\x21-\x7e]+\/)?([\w+=,.@-]{1,64})$/.exec(resource) ?? []
  if (service !== 'iam' || region !== '' || !account || role === undefined) throw invalid(`${roleArn} is invalid`)
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: ` +
        'Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}',
    )
  }
  return {
    account,
    role,
    // The path of a role is not part of the session's ARN.
    arn: formatGlobalArn('sts', account, `assumed-role/${role}/${name}`),
    userId: `${uniqueId('AROA', roleArn)}:${name}`,
  }
}

function session(accounts: Accounts, principal: Principal, seconds: number) {
  return {
    ...credentialsOnly(accounts.issue(principal, seconds)),
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
  }
}

const credentialsOnly = (credentials: Credentials) => ({ Credentials: { ...credentials } })

function duration(input: Members, usual: number, most: number): number {
  const given = input['DurationSeconds']
  if (given === undefined) return usual
  const seconds = Number(given)
  if (Number.isInteger(seconds) && seconds >= 900 && seconds <= most) return seconds
  throw invalid(
    `1 validation error detected: Value '${given}' at 'durationSeconds' failed to satisfy constraint: ` +
      (seconds < 900
        ? 'Member must have value greater than or equal to 900'
        : `Member must have value less than or equal to ${most}`),
  )
}

function required(input: Members, name: string): string {
  const value = input[name]
  if (typeof value === 'string' && value !== '') return value
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  throw invalid(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  )
}

const invalid = (message: string) => new AwsError('ValidationError', message, 400)
