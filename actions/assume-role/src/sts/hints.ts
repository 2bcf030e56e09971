import { isIssuerUnread } from '../../../../toolkit/aws/aws-error.ts'
import { errorMessage } from '../../../../toolkit/errors.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { errorCode } from './sts-error.ts'

/** What to do about a common error of STS. `token` is the OpenID Connect token, if the role is assumed with one. */
export function hintFor(error: unknown, inputs: Inputs, token: string | undefined): string | undefined {
  if (isIssuerUnread(error)) return issuerUnread(token)
  const message = errorMessage(error)
  switch (errorCode(error)) {
    case 'AccessDenied':
      return token === undefined ? notAllowed(inputs) : notTrusted(token)
    case 'InvalidIdentityToken':
      return /audience/i.test(message)
        ? `The token is for the audience \`${inputs.audience}\`. The OpenID Connect provider in the account must list it: usually \`sts.amazonaws.com\`.`
        : `Account ${inputs.role.account} must have the OpenID Connect provider \`token.actions.githubusercontent.com\`: terraform/modules/ci-access creates it.`
    case 'ValidationError':
      if (/MaxSessionDuration/.test(message))
        return 'Lower `role-duration-seconds`, or raise the role’s maximum session duration.'
      return /role chaining/i.test(message)
        ? 'Set `role-duration-seconds` to at most 3600: the credentials of the environment are those of a role.'
        : undefined
    case 'MalformedPolicyDocument':
      return 'Correct `inline-session-policy`: AWS does not accept it as an IAM policy.'
    case 'PackedPolicyTooLarge':
      return 'Shorten `inline-session-policy` or `custom-tags`, name fewer `managed-session-policies`, or set `role-skip-session-tagging: true`.'
    case 'InvalidParameterValue':
      return /transitive tag key/i.test(message)
        ? 'The credentials of the environment hand this tag on already, and AWS lets no later session set it. Set `role-skip-session-tagging: true`.'
        : undefined
    case 'RegionDisabled':
      return `Enable STS for ${inputs.region} in the account, or use another region.`
    case 'ExpiredToken':
      return token === undefined ? OLD_KEYS : oldToken(inputs)
    case 'InvalidClientTokenId':
      return `AWS does not know \`AWS_ACCESS_KEY_ID\` of the environment. The key was deleted or made inactive, is of another AWS partition, or its account has not enabled the region ${inputs.region}.`
    case 'CredentialsProviderError':
      return 'The environment has no AWS credentials to assume the role with. Set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` under `env:` of this step, assume another role in an earlier step, or remove `role-chaining` to use the OIDC token of the job.'
    default:
      return undefined
  }
}

const OLD_KEYS =
  'The AWS credentials of the environment have expired. Run the step that sets them shortly before this one: AWS limits a session of a role assumed by a role to one hour.'

const notAllowed = ({ tagSession }: Inputs) =>
  `The trust policy of the role must allow the current identity, and that identity must be allowed \`sts:AssumeRole\` on it.${
    tagSession ? ' That includes `sts:TagSession`, or set `role-skip-session-tagging: true`.' : ''
  }`

const oldToken = ({ tokenFile }: Inputs) =>
  tokenFile === undefined
    ? 'GitHub’s token was new. Check the clock of what stands between this runner and AWS: `AWS_ENDPOINT_URL`, a proxy that holds requests back.'
    : 'The token in `web-identity-token-file` has expired. Check that something renews the file, and the clock of what does.'

function issuerUnread(token: string | undefined): string {
  const issuer = claimsOf(token ?? '')?.['iss']
  if (typeof issuer !== 'string' || /^https:\/\/token\.actions\.githubusercontent\.com\b/.test(issuer)) {
    return 'AWS could not read the keys that GitHub signs its tokens with. Run the step again. If it fails again, check https://www.githubstatus.com and https://health.aws.amazon.com.'
  }
  return `AWS could not read the signing keys of the token’s issuer \`${issuer}\`. Its \`/.well-known/openid-configuration\`, and the \`jwks_uri\` in it, must be reachable from the internet, with a certificate that AWS trusts.`
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
