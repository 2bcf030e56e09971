import { code, heading, join, link, table, text } from '../../../../toolkit/text/markdown.ts'
import type { GateVerdict } from '../monitors/gate-result.ts'
import type { DeploymentVerdict, Evaluated } from './verdict.ts'

const SIGN: Readonly<Record<GateVerdict, string>> = { pass: '✅', fail: '❌', unknown: '❔' }

/** The verdict, and all rules with their results. */
export function deploymentGateSummary({ verdict, reason }: DeploymentVerdict, all: readonly Evaluated[]): string {
  const rows = all.flatMap(({ subject, result, error }) => {
    const service = code(subject.service)
    const name = result?.url === undefined ? service : link(service, result.url)
    if (result === undefined) return [[name, '', error === undefined ? '' : 'not evaluated', '']]
    if (result.rules.length === 0) return [[name, '', text(result.status), 'no rules']]
    return result.rules.map((rule) => [
      name,
      text(rule.name),
      `${text(rule.status)}${rule.dryRun || result.dryRun ? ' (dry run)' : ''}`,
      text(rule.reason ?? ''),
    ])
  })
  return join(
    heading(3, `${SIGN[verdict]} Deployment gate: ${verdict}`),
    text(reason),
    table(['Service', 'Rule', 'Status', 'Reason'], rows),
  )
}
