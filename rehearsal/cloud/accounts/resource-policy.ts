import { formatGlobalArn, parseArn } from '../kernel/arn.ts'
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
    if (who === '*' || who === account || who === formatGlobalArn('iam', account, 'root')) return true
    return who === arn || who === roleArn(arn)
  })
}

/** ARN of the role of a session: `arn:aws:sts::A:assumed-role/R/S` gives `arn:aws:iam::A:role/R`. Other ARNs stay. */
function roleArn(arn: string): string {
  const { service, account = '', resource = '' } = parseArn(arn) ?? {}
  const [, role] = /^assumed-role\/([^/]+)\//.exec(resource) ?? []
  return service === 'sts' && role !== undefined ? formatGlobalArn('iam', account, `role/${role}`) : arn
}

const list = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
