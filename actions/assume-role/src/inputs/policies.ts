import { type Arn, parseArn } from '../../../../toolkit/aws/arn.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'
import { STS_POLICIES, stsProblem } from './sts-limits.ts'

/** Reads `inline-session-policy`, without indentation, which would count against AWS's limit. @throws InputError */
export function readInlinePolicy(reader: InputReader): string | undefined {
  const text = reader.text('inline-session-policy')
  if (text === undefined) return undefined
  const hint = 'Write an IAM policy as JSON: an object with `Version` and `Statement`.'
  let policy: unknown
  try {
    policy = parseJson(text, 'Input `inline-session-policy`')
  } catch (cause) {
    if (cause instanceof TooDeepError) throw cause
    throw new InputError('inline-session-policy', 'is not JSON.', { hint, cause })
  }
  if (typeof policy !== 'object' || policy === null || !('Statement' in policy)) {
    throw new InputError('inline-session-policy', 'is not an IAM policy: it has no `Statement`.', { hint })
  }
  const compact = JSON.stringify(policy)
  const problem = stsProblem(compact, 'policy')
  if (problem === undefined) return compact
  throw new InputError('inline-session-policy', `${problem}.`, {
    hint: 'Combine statements, use wildcards, or name IAM policies in `managed-session-policies`. White space is not counted.',
  })
}

/** Reads `managed-session-policies` for a role. A policy's name may have commas, so only one before an ARN separates. @throws InputError */
export function readManagedPolicies(reader: InputReader, role: Arn): readonly string[] {
  const arns = readArns(reader)
  for (const arn of arns) {
    const problem = policyProblem(arn, role)
    if (problem !== undefined) {
      throw new InputError('managed-session-policies', `has \`${arn}\`, ${problem}.`, {
        hint: `Write, for example, \`arn:${role.partition}:iam::aws:policy/ReadOnlyAccess\`, or a policy of the role’s account.`,
      })
    }
  }
  if (arns.length <= STS_POLICIES) return arns
  throw new InputError('managed-session-policies', `has ${arns.length} policies, and AWS accepts ${STS_POLICIES}.`, {
    hint: 'Combine them, or write an `inline-session-policy`.',
  })
}

function readArns(reader: InputReader): readonly string[] {
  const name = 'managed-session-policies'
  if (/^\s*(\[|-\s)/.test(reader.raw(name))) return reader.list(name)
  return reader
    .lines(name)
    .flatMap((line) => line.split(/,(?=\s*arn:|\s*$)/))
    .map((arn) => arn.trim())
    .filter((arn) => arn !== '')
}

/** Path and name of a policy, as IAM documents them. */
const POLICY = /^policy\/(?:[\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,128}$/

function policyProblem(text: string, role: Arn): string | undefined {
  const arn = parseArn(text)
  if (arn?.service !== 'iam' || arn.region !== '' || arn.accountId === '' || !POLICY.test(arn.resource))
    return 'which is not the ARN of a policy'
  if (arn.partition !== role.partition) return `which is of the partition \`${arn.partition}\`, and not of the role’s`
  return arn.accountId === 'aws' || arn.accountId === role.accountId
    ? undefined
    : 'which is of another account than the role'
}
