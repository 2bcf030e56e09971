import { code, heading, join, link, table, text } from '../../../../toolkit/text/markdown.ts'
import type { EventInputs } from '../inputs/event-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import { nameOf, type SentMessage } from './message.ts'

/** The job summary: what was sent and how Datadog answered. */
export function sendSummary(sent: readonly SentMessage[], { site, deploy }: CommonInputs & EventInputs): string {
  const rows = sent.map(({ message, id, url, error }) => [
    nameOf(message),
    error === undefined ? 'accepted' : `**not accepted**: ${text((error as Error).message)}`,
    url === undefined ? (id === undefined ? '' : code(id)) : link(code(id ?? 'open'), url),
  ])
  return join(
    heading(3, `Datadog (${text(site.name)})`),
    deploy === undefined ? undefined : `Deploy ${code(deploy.id)}`,
    table(['Message', 'Outcome', 'ID'], rows),
  )
}
