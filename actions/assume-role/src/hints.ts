import type { Inputs } from './inputs.ts'

/** What to do about a common error of STS. `token` is the job's OpenID Connect token. */
export function hintFor(error: unknown, inputs: Inputs, token: string | undefined): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { message } = error
  // The SDK adds the ending where it knows the error, and not where it does not.
  const name = error.name.replace(/Exception$/, '')
  if (name === 'AccessDenied' && token !== undefined) return notTrusted(token)
  if (name === 'AccessDenied') {
    const tags = inputs.tagSession ? ' That includes `sts:TagSession`, or set `role-skip-session-tagging: true`.' : ''
    return `The trust policy of the role must allow the current identity, and that identity must be allowed \`sts:AssumeRole\` on it.${tags}`
  }
  if (name === 'InvalidIdentityToken' && /audience/i.test(message)) {
    return `The token is for the audience \`${inputs.audience}\`. The OpenID Connect provider in the account must list it: usually \`sts.amazonaws.com\`.`
  }
  if (name === 'InvalidIdentityToken') {
    return `Account ${inputs.role.account} must have the OpenID Connect provider \`token.actions.githubusercontent.com\`: terraform/modules/ci-access creates it.`
  }
  if (name === 'ValidationError' && /MaxSessionDuration/.test(message)) {
    return 'Lower `role-duration-seconds`, or raise the role’s maximum session duration.'
  }
  if (name === 'PackedPolicyTooLarge') {
    return 'Shorten `inline-session-policy`, name fewer `managed-session-policies`, or set `role-skip-session-tagging: true`.'
  }
  if (name === 'RegionDisabled') return `Enable STS for ${inputs.region} in the account, or use another region.`
  return undefined
}

/** The usual cause: the role trusts another branch, tag or environment. These claims are not secret. */
function notTrusted(token: string): string {
  const claims = claimsOf(token)
  const said =
    claims === undefined
      ? ''
      : ` This job’s token says: \`sub\` is \`${claims['sub']}\`, \`aud\` is \`${claims['aud']}\`.`
  return `The role’s trust policy does not allow this job.${said} Compare them with the conditions on \`token.actions.githubusercontent.com:sub\` and \`:aud\`; a job with \`environment:\` has the environment in its \`sub\` and not the branch.${aboutIds(claims?.['sub'])}`
}

/** GitHub's subjects have had ids in them since July 2026; many policies are older. */
function aboutIds(subject: unknown): string {
  const [, owner, name] = /^repo:([^:/]+)@\d+\/([^:/]+)@\d+:/.exec(String(subject)) ?? []
  if (owner === undefined) return ''
  return ` GitHub puts the ids of owner and repository into \`sub\`, and a policy that trusts only \`repo:${owner}/${name}:…\` refuses it.`
}

/** The claims of a token, unverified: only to be shown. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
