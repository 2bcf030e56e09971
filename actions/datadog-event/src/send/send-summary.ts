import { code, heading, join, link, table, text } from '../../../../toolkit/markdown.ts'
import type { EventInputs } from '../inputs/event-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import { nameOf } from './message.ts'
import type { Told } from './send.ts'

/** What Datadog was told, for the run's page. */
export function tellSummary(told: readonly Told[], { site, deploy }: CommonInputs & EventInputs): string {
  const rows = told.map(({ message, id, url, trouble }) => [
    nameOf(message),
    trouble === undefined ? 'taken' : `**not taken**: ${text((trouble as Error).message)}`,
    url === undefined ? (id === undefined ? '' : code(id)) : link(code(id ?? 'open'), url),
  ])
  return join(
    heading(3, `Datadog (${text(site.name)})`),
    deploy === undefined ? undefined : `Deploy ${code(deploy.id)}`,
    table(['Told', 'Outcome', 'Id'], rows),
  )
}
