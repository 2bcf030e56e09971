// From a plan to markdown. Pure; the caller scrubs the notes and the text as a whole, and knows how long it may be.
import { code, details, heading, join, table, text } from '../../../../toolkit/markdown.ts'
import { type Change, countKinds, type Kind, type OutputChange } from '../plan-json/changes.ts'
import type { Scrub } from '../plan-json/sensitive-values.ts'
import { pathText } from '../plan-json/value-diff.ts'
import { attributeBlock } from './attribute-block.ts'

export interface PlanView {
  /** Such as `stage · infra`. */
  readonly title: string
  readonly changes: readonly Change[]
  readonly outputs: readonly OutputChange[]
  readonly drift: readonly Change[]
  /** Lines under the title: the verdict on approval, what the guard rails hold up. Markdown. */
  readonly notes: readonly string[]
  readonly scrub: Scrub
}

/** The whole report within `limit` bytes: losses first, then a table of all, then as many details as fit. */
export function planReport(view: PlanView, limit: number): string {
  const room = new Room(limit)
  const { changes, outputs, drift, scrub } = view
  const sections = [
    room.take(heading(3, text(view.title))),
    room.take(headline(changes, outputs)),
    ...view.notes.map((note) => room.take(note)),
    losses(changes.filter(isLoss), room.share(0.5), scrub),
    overview(changes, room.share(0.5), scrub),
    outputTable(outputs, room.share(0.5)),
    driftSection(drift, room.share(0.5), scrub),
    changeDetails(changes, room.share(1), scrub),
  ]
  return join(...sections)
}

const isLoss = ({ kind }: Change) => kind === 'delete' || kind === 'replace'

const ICONS: Readonly<Record<Kind, string>> = {
  delete: '🔴 destroy',
  replace: '🟠 replace',
  forget: '⚪ forget',
  create: '🟢 create',
  update: '🟡 update',
  import: '🔵 import',
  move: '🔵 move',
  read: '⚪ read',
}

const WORDS: Readonly<Record<Kind, string>> = {
  delete: 'to destroy',
  replace: 'to replace',
  forget: 'to forget',
  create: 'to create',
  update: 'to update',
  import: 'to import',
  move: 'to move',
  read: 'to read',
}

/** A sentence that says it all: **1 to destroy**, 2 to create. */
export function headline(changes: readonly Change[], outputs: readonly OutputChange[]): string {
  const counts = countKinds(changes)
  const parts = (Object.keys(WORDS) as Kind[])
    .filter((kind) => counts[kind] > 0 && kind !== 'read')
    .map((kind) =>
      kind === 'delete' || kind === 'replace' ? `**${counts[kind]} ${WORDS[kind]}**` : `${counts[kind]} ${WORDS[kind]}`,
    )
  if (outputs.length > 0) parts.push(`${outputs.length} output${outputs.length === 1 ? '' : 's'} to change`)
  return parts.length === 0 ? 'Nothing to do: the infrastructure is as the configuration says.' : `${parts.join(', ')}.`
}

function losses(changes: readonly Change[], room: Room, scrub: Scrub): string {
  if (changes.length === 0) return ''
  const rows = changes.map((change) => [ICONS[change.kind], address(change, scrub), because(change, scrub)])
  return join(room.take('**What is lost**'), room.table(['', 'Resource', 'Because'], rows))
}

function overview(changes: readonly Change[], room: Room, scrub: Scrub): string {
  const rows = changes
    .filter((change) => !isLoss(change) && change.kind !== 'read')
    .map((change) => [ICONS[change.kind], address(change, scrub), because(change, scrub)])
  return rows.length === 0 ? '' : room.table(['', 'Resource', 'Why'], rows)
}

function outputTable(outputs: readonly OutputChange[], room: Room): string {
  if (outputs.length === 0 || !room.spend(FOLD)) return ''
  const rows = outputs.map(({ name, change }) => [code(name), change.actions.join(', ')])
  return details('Outputs', room.table(['Output', ''], rows))
}

function driftSection(drift: readonly Change[], room: Room, scrub: Scrub): string {
  if (drift.length === 0 || !room.spend(FOLD)) return ''
  const blocks = room.fit(
    drift.map(
      (change) => () =>
        `${address(change, scrub)} ${DRIFTED[change.kind] ?? 'was changed'}\n\n${attributeBlock(change, 20, scrub)}`,
    ),
    (left) => `_${left} more in the log._`,
  )
  return details(`Changed outside Terraform (${drift.length})`, blocks)
}

/** What a fold around a section takes, its title included. */
const FOLD = 100

const DRIFTED: Partial<Record<Kind, string>> = { delete: 'was deleted', update: 'was changed' }

function changeDetails(changes: readonly Change[], room: Room, scrub: Scrub): string {
  const told = changes.filter(({ kind }) => kind !== 'read' && kind !== 'move')
  return room.fit(
    told.map(
      (change) => () =>
        details(`${ICONS[change.kind]} ${htmlCode(scrub(change.address))}`, attributeBlock(change, 200, scrub)),
    ),
    (left) => `_The details of ${left} more do not fit here; \`terraform show\` of the plan has them._`,
  )
}

/** Inside a summary GitHub takes HTML only. */
const htmlCode = (value: string) =>
  `<code>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('@', '@\u200b')}</code>`

function address({ address: name, previousAddress, deposed }: Change, scrub: Scrub): string {
  const from = previousAddress === undefined ? '' : ` (was ${code(scrub(previousAddress))})`
  return `${code(scrub(name))}${from}${deposed === undefined ? '' : ' (the old object of an earlier replacement)'}`
}

function because({ reason, forcedBy, kind }: Change, scrub: Scrub): string {
  if (forcedBy.length > 0)
    return `${forcedBy.map((path) => code(scrub(pathText(path)))).join(', ')} cannot be changed in place`
  if (reason !== undefined) return REASONS[reason] ?? text(reason.replaceAll('_', ' '))
  return kind === 'move' ? 'moved in the configuration' : ''
}

const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: 'an earlier apply left it half made (tainted)',
  replace_because_cannot_update: 'it cannot be changed in place',
  replace_by_request: 'asked for by `replace`',
  replace_by_triggers: 'asked for by `replace_triggered_by`',
  delete_because_no_resource_config: 'it is no longer in the configuration',
  delete_because_no_module: 'its module is no longer in the configuration',
  delete_because_wrong_repetition: '`count` or `for_each` was added or removed',
  delete_because_count_index: 'its index is beyond `count`',
  delete_because_each_key: 'its key is no longer in `for_each`',
  delete_because_no_move_target: 'it was moved to an address that is not in the configuration',
}

/** How much may still be written, in bytes of UTF-8. */
class Room {
  #left: number
  readonly #parent: Room | undefined

  constructor(limit: number, parent?: Room) {
    this.#left = limit
    this.#parent = parent
  }

  /** A part of what is left; what it does not use stays ours. */
  share(part: number): Room {
    return new Room(Math.floor(this.#left * part), this)
  }

  /** The text if it fits, else nothing. */
  take(markdown: string): string {
    return this.spend(Buffer.byteLength(markdown) + 2) ? markdown : ''
  }

  /** As many rows as fit, and how many do not. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    if (!this.spend(Buffer.byteLength(table(head, [])) + 100)) return ''
    const kept = rows.slice(
      0,
      countWhile(rows, (row) => this.spend(Buffer.byteLength(row.join(' | ')) + 5)),
    )
    const left = rows.length - kept.length
    return join(table(head, kept), left === 0 ? '' : `_… and ${left} more._`)
  }

  /** As many blocks as fit, made one by one, so that those which do not fit cost nothing. */
  fit(blocks: readonly (() => string)[], more: (left: number) => string): string {
    if (!this.spend(100)) return ''
    const kept: string[] = []
    for (const block of blocks) {
      const markdown = block()
      if (!this.spend(Buffer.byteLength(markdown) + 2)) return join(...kept, more(blocks.length - kept.length))
      kept.push(markdown)
    }
    return join(...kept)
  }

  /** Whether so many bytes may still be written; then they are. */
  spend(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    if (this.#parent !== undefined) this.#parent.#withdraw(bytes)
    return true
  }

  #withdraw(bytes: number): void {
    this.#left -= bytes
    if (this.#parent !== undefined) this.#parent.#withdraw(bytes)
  }
}

function countWhile<T>(items: readonly T[], test: (item: T) => boolean): number {
  const end = items.findIndex((item) => !test(item))
  return end === -1 ? items.length : end
}
