// Escapes text from outside (commit messages, names) for Datadog's events.
import { cut as cutText } from '../../../../toolkit/text/cut.ts'

/**
 * Keeps `@name` from notifying people and `%%%` from ending a markdown block; drops control characters. The `@` of an
 * image's digest is kept: it names no user, and the reference can be copied.
 */
export const harmless = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/@(?!sha256:[0-9a-f]{64}\b)(?=\S)/g, '@\u200b')
    .replace(/%{3,}/g, (run) => run.split('').join('\u200b'))

/** Harmless text that markdown shows as it is, on one line. */
export const plain = (text: string): string =>
  harmless(text)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[\\`*_[\]#|~<>]/g, '\\$&')

/** Harmless text on one line that is shown to the letter, and can be copied so. */
export const eventCode = (text: string): string =>
  `\`${harmless(text)
    .replace(/[\s`]+/g, ' ')
    .trim()}\``

/** A link. `label` is text; the address cannot end the link, end the block or notify anyone. */
export const eventLink = (label: string, url: string): string =>
  `[${plain(label)}](${url.replace(/%{3,}/g, (run) => '%25'.repeat(run.length)).replace(/[\s()<>@]/g, percent)})`

const percent = (c: string) =>
  [...Buffer.from(c)].map((b) => `%${b.toString(16).toUpperCase().padStart(2, '0')}`).join('')

/** At most `limit` characters: cut between two code points, never inside a link, with an ellipsis for what is missing. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const whole = cutText(text, Math.max(0, limit - 1))
  // Half of a link leads somewhere else.
  return `${whole.slice(0, linkOpenAtEnd(whole, text) ?? whole.length)}…`
}

/** Where a link or address starts that `text` goes on with beyond `kept`. */
function linkOpenAtEnd(kept: string, text: string): number | undefined {
  const open = /(\[[^\]\n]*(\]\([^)\s]*)?|https?:\/\/\S*)$/.exec(kept)
  if (open === null) return undefined
  const whole = /^(\[[^\]\n]*\]\([^)\s]*\)|https?:\/\/\S*)/.exec(text.slice(open.index))
  return whole !== null && open.index + whole[0].length > kept.length ? open.index : undefined
}

/** A body and the lines that must survive, such as links, within `limit` characters: what is too long is the body. */
export function cutKeeping(body: string, kept: string, limit: number): string {
  if (kept === '') return cut(body, limit)
  if (kept.length >= limit) return cut(kept, limit)
  const room = limit - kept.length - 2
  return body === '' || room < 1 ? kept : `${cut(body, room)}\n\n${kept}`
}

/** A block that Datadog shows as markdown. */
export const markdownBlock = (text: string): string => `${MARKDOWN_OPEN}${text}${MARKDOWN_CLOSE}`

const MARKDOWN_OPEN = '%%% \n'
const MARKDOWN_CLOSE = '\n %%%'

/** How many characters such a block adds. */
export const MARKDOWN_OVERHEAD = MARKDOWN_OPEN.length + MARKDOWN_CLOSE.length
