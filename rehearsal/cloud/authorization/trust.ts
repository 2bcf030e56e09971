// Who may assume a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
import type { Context } from '../iam/conditions.ts'
import { decide } from '../iam/decide.ts'
import type { Policy } from '../iam/policy.ts'
import { formatGlobalArn, parseArn } from '../kernel/arn.ts'
import type { Caller } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'
import { parametersOf, readQuery } from '../kernel/protocol/query.ts'
import type { Intercept } from '../kernel/service.ts'
import { list, requestTags, text } from './access.ts'

/** Refuses to assume a role whose trust policy does not trust the caller or the token. `undefined`: a role that is not known. */
export function enforceTrust(trustOf: (roleArn: string) => Policy | undefined): Intercept {
  return ({ service, action, caller, request }) => {
    if (service !== 'sts' || (action !== 'AssumeRole' && action !== 'AssumeRoleWithWebIdentity')) return undefined
    const input = readQuery(parametersOf(request))
    const roleArn = text(input, 'RoleArn')
    const trust = trustOf(roleArn)
    if (trust === undefined) return undefined
    const tags = list(input, 'Tags')
    const token = text(input, 'WebIdentityToken')
    const { principal, context } = token === '' ? calledBy(caller) : signedBy(token, roleArn)
    for (const asked of [`sts:${action}`, ...(tags.length > 0 ? ['sts:TagSession'] : [])]) {
      const one = { action: asked, resource: undefined, principal, context: { ...context, ...requestTags(tags) } }
      if (decide(one, [trust]).answer !== 'allowed')
        return { error: notTrusted(asked, token === '' ? caller : undefined, roleArn) }
    }
    return undefined
  }
}

interface Who {
  readonly principal: Readonly<Record<string, readonly string[]>>
  readonly context: Context
}

const calledBy = ({ account, arn, role }: Caller): Who => ({
  principal: {
    AWS: [
      account,
      formatGlobalArn('iam', account, 'root'),
      arn,
      ...(role === undefined ? [] : [formatGlobalArn('iam', account, `role/${role}`)]),
    ],
  },
  context: {},
})

/** The claims of a token are keys with the provider's name before them. One that cannot be read is refused by STS itself. */
function signedBy(token: string, roleArn: string): Who {
  const claims = claimsOf(token)
  const provider = String(claims['iss'] ?? '').replace(/^https:\/\//, '')
  const account = parseArn(roleArn)?.account ?? ''
  return {
    principal: { Federated: [formatGlobalArn('iam', account, `oidc-provider/${provider}`)] },
    context: Object.fromEntries(
      Object.entries(claims).map(([claim, value]) => [`${provider}:${claim}`, [value].flat().map(String)]),
    ),
  }
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? { ...claims } : {}
  } catch {
    return {}
  }
}

function notTrusted(action: string, caller: Caller | undefined, roleArn: string): AwsError {
  const message =
    caller === undefined
      ? `Not authorized to perform ${action}`
      : `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn}`
  return new AwsError('AccessDenied', message, 403)
}
