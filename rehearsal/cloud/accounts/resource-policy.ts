import { matchesWildcard } from '../kernel/wildcard.ts'

/**
 * Whether a resource's policy lets a caller of another account do `action`, such as `ecr:BatchGetImage`. A simple
 * reading: Effect, Principal (account, root, user, role or `*`) and Action. Resource is ignored, and a
 * statement with a Condition never allows.
 */
export function policyAllows(policy: string | undefined, caller: { account: string; arn: string }, action: string) {
  const statements = policy === undefined ? [] : readStatements(policy)
  const meant = statements.filter(
    (statement) => matchesAction(statement, action) && matchesPrincipal(statement['Principal'], caller),
  )
  if (meant.some((statement) => statement['Effect'] === 'Deny')) return false
  return meant.some((statement) => statement['Effect'] === 'Allow' && statement['Condition'] === undefined)
}

type Statement = Readonly<Record<string, unknown>>

/** The statements of a policy document; none where it is not one. Throws SyntaxError where it is not JSON. */
export function readStatements(policy: string): readonly Statement[] {
  const document: unknown = JSON.parse(policy)
  return list((document as Statement | null)?.['Statement']).filter(
    (statement): statement is Statement => typeof statement === 'object' && statement !== null,
  )
}

function matchesAction(statement: Statement, action: string): boolean {
  return list(statement['Action']).some((pattern) => matchesWildcard(String(pattern), action, 'i'))
}

function matchesPrincipal(principal: unknown, { account, arn }: { account: string; arn: string }): boolean {
  const given = typeof principal === 'object' && principal !== null ? (principal as Statement)['AWS'] : principal
  return list(given).some((who) => {
    if (who === '*' || who === account || who === `arn:aws:iam::${account}:root`) return true
    return who === arn || who === roleArn(arn)
  })
}

/** The role behind a session's ARN: `arn:aws:sts::A:assumed-role/R/S` is `arn:aws:iam::A:role/R`. */
const roleArn = (arn: string) =>
  arn.replace(/^arn:aws:sts::(\d+):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2')

const list = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
