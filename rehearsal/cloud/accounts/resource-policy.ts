import { decide } from '../iam/decide.ts'
import { parsePolicy } from '../iam/policy.ts'
import { formatGlobalArn, parseArn } from '../kernel/arn.ts'

interface Identity {
  readonly account: string
  readonly arn: string
}

/**
 * Whether a resource's policy lets a caller of another account do `action`, such as `ecr:BatchGetImage`. Resource is not
 * compared: the policy belongs to the resource. Conditions see no keys. Throws PolicyError for what is not a policy.
 */
export function policyAllows(policy: string | undefined, { account, arn }: Identity, action: string): boolean {
  if (policy === undefined) return false
  const names = [account, formatGlobalArn('iam', account, 'root'), arn, roleArn(arn)]
  const request = { action, resource: undefined, context: {}, principal: { AWS: names } }
  return decide(request, [parsePolicy(policy)]).answer === 'allowed'
}

/** ARN of the role of a session: `arn:aws:sts::A:assumed-role/R/S` gives `arn:aws:iam::A:role/R`. Other ARNs stay. */
function roleArn(arn: string): string {
  const { service, account = '', resource = '' } = parseArn(arn) ?? {}
  const [, role] = /^assumed-role\/([^/]+)\//.exec(resource) ?? []
  return service === 'sts' && role !== undefined ? formatGlobalArn('iam', account, `role/${role}`) : arn
}
