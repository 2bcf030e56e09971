// A plan as markdown. The caller scrubs the notes and the whole text.

import { counted } from '../../../../toolkit/text/counted.ts'
import { code, details, heading, html, join, text } from '../../../../toolkit/text/markdown.ts'
import { type ChangeKind, countKinds, type OutputChange, type ResourceChange } from '../plan-json/changes.ts'
import { pathText } from '../plan-json/json-values.ts'
import type { Scrub } from '../plan-json/sensitive-values.ts'
import { attributeBlock } from './attribute-block.ts'
import { ByteBudget } from './byte-budget.ts'

export interface PlanView {
  /** Such as `stage · infra`. */
  readonly title: string
  readonly changes: readonly ResourceChange[]
  readonly outputs: readonly OutputChange[]
  readonly drift: readonly ResourceChange[]
  /** Paragraphs under the title, such as what the guard rails stop. Markdown. */
  readonly notes: readonly string[]
  readonly scrub: Scrub
}

/** The report in at most `limit` bytes: destroyed and replaced resources first, then the other changes, then as many details as fit. */
export function planReport(view: PlanView, limit: number): string {
  const budget = new ByteBudget(limit)
  const { changes, outputs, drift, scrub } = view
  const sections = [
    budget.take(heading(3, text(view.title))),
    budget.take(headline(changes, outputs)),
    ...view.notes.map((note) => budget.take(note)),
    losses(changes.filter(isLoss), budget.share(0.5), scrub),
    overview(changes, budget.share(0.5), scrub),
    outputTable(outputs, budget.share(0.5)),
    driftSection(drift, budget.share(0.5), scrub),
    changeDetails(changes, budget.share(1), scrub),
  ]
  return join(...sections)
}

const isLoss = ({ kind }: ResourceChange) => kind === 'delete' || kind === 'replace'

const ICONS: Readonly<Record<ChangeKind, string>> = {
  delete: '🔴 destroy',
  replace: '🟠 replace',
  forget: '⚪ forget',
  create: '🟢 create',
  update: '🟡 update',
  import: '🔵 import',
  move: '🔵 move',
  read: '⚪ read',
}

const WORDS: Readonly<Record<ChangeKind, string>> = {
  delete: 'to destroy',
  replace: 'to replace',
  forget: 'to forget',
  create: 'to create',
  update: 'to update',
  import: 'to import',
  move: 'to move',
  read: 'to read',
}

/** `**1 to destroy**, 2 to create.` */
export function headline(changes: readonly ResourceChange[], outputs: readonly OutputChange[]): string {
  const counts = countKinds(changes)
  const parts = (Object.keys(WORDS) as ChangeKind[])
    .filter((kind) => counts[kind] > 0 && kind !== 'read')
    .map((kind) =>
      kind === 'delete' || kind === 'replace' ? `**${counts[kind]} ${WORDS[kind]}**` : `${counts[kind]} ${WORDS[kind]}`,
    )
  if (outputs.length > 0) parts.push(`${counted(outputs.length, 'output')} to change`)
  return parts.length === 0 ? 'No changes: the infrastructure matches the configuration.' : `${parts.join(', ')}.`
}

function losses(changes: readonly ResourceChange[], budget: ByteBudget, scrub: Scrub): string {
  if (changes.length === 0) return ''
  const rows = changes.map((change) => [ICONS[change.kind], address(change, scrub), because(change, scrub)])
  return join(budget.take('**To be destroyed or replaced**'), budget.table(['', 'Resource', 'Because'], rows))
}

function overview(changes: readonly ResourceChange[], budget: ByteBudget, scrub: Scrub): string {
  const rows = changes
    .filter((change) => !isLoss(change) && change.kind !== 'read')
    .map((change) => [ICONS[change.kind], address(change, scrub), because(change, scrub)])
  return rows.length === 0 ? '' : budget.table(['', 'Resource', 'Why'], rows)
}

function outputTable(outputs: readonly OutputChange[], budget: ByteBudget): string {
  if (outputs.length === 0 || !budget.spend(FOLD)) return ''
  const rows = outputs.map(({ name, change }) => [code(name), change.actions.join(', ')])
  return details('Outputs', budget.table(['Output', ''], rows))
}

function driftSection(drift: readonly ResourceChange[], budget: ByteBudget, scrub: Scrub): string {
  if (drift.length === 0 || !budget.spend(FOLD)) return ''
  const blocks = budget.fit(
    drift.map(
      (change) => () =>
        `${address(change, scrub)} ${DRIFTED[change.kind] ?? 'was changed'}\n\n${attributeBlock(change, 20, scrub)}`,
    ),
    (left) => `_${left} more in the log._`,
  )
  return details(`Changed outside Terraform (${drift.length})`, blocks)
}

/** Bytes of a fold around a section, with its title. */
const FOLD = 100

const DRIFTED: Partial<Record<ChangeKind, string>> = { delete: 'was deleted', update: 'was changed' }

function changeDetails(changes: readonly ResourceChange[], budget: ByteBudget, scrub: Scrub): string {
  const shown = changes.filter(({ kind }) => kind !== 'read' && kind !== 'move')
  return budget.fit(
    shown.map(
      (change) => () =>
        details(`${ICONS[change.kind]} ${htmlCode(scrub(change.address))}`, attributeBlock(change, 200, scrub)),
    ),
    (left) => `_The details of ${left} more do not fit here; \`terraform show\` on the plan file has them._`,
  )
}

/** GitHub renders only HTML in the title of a fold. */
const htmlCode = (value: string) => `<code>${html(value)}</code>`

function address({ address: name, previousAddress, deposed }: ResourceChange, scrub: Scrub): string {
  const from = previousAddress === undefined ? '' : ` (was ${code(scrub(previousAddress))})`
  return `${code(scrub(name))}${from}${deposed === undefined ? '' : ' (the old object of an earlier replacement)'}`
}

function because({ reason, forcedBy, kind }: ResourceChange, scrub: Scrub): string {
  if (forcedBy.length > 0)
    return `${forcedBy.map((path) => code(scrub(pathText(path)))).join(', ')} cannot be changed in place`
  if (reason !== undefined) return REASONS[reason] ?? text(reason.replaceAll('_', ' '))
  return kind === 'move' ? 'moved in the configuration' : ''
}

const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: 'an earlier apply did not complete its creation (tainted)',
  replace_because_cannot_update: 'it cannot be changed in place',
  replace_by_request: 'requested by the input `replace`',
  replace_by_triggers: 'triggered by `replace_triggered_by`',
  delete_because_no_resource_config: 'it is no longer in the configuration',
  delete_because_no_module: 'its module is no longer in the configuration',
  delete_because_wrong_repetition: '`count` or `for_each` was added or removed',
  delete_because_count_index: 'its index is beyond `count`',
  delete_because_each_key: 'its key is no longer in `for_each`',
  delete_because_no_move_target: 'it was moved to an address that is not in the configuration',
}
