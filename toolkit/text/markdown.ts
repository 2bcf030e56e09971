// GitHub's markdown. Text from outside must go through `text` or `code`.

/** What ends a line in CommonMark, and with it a table's row; and what browsers and editors break lines at. */
const LINE_ENDS = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g

/** Escapes text, so that markdown shows it as it is. */
export const text = (value: string): string =>
  value
    .replace(/[\\`*_[\]#|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    // A zero-width space after the @ keeps people from being notified.
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(LINE_ENDS, ' ')

/** Escapes a message of a log, but keeps its inline code. */
export const message = (value: string): string =>
  value
    .split(/`([^`]+)`/)
    .map((part, i) => (i % 2 === 0 ? text(part) : code(part)))
    .join('')

/** Text in HTML, such as the summary of `details`, where GitHub reads no markdown. */
export const html = (value: string): string =>
  value
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(LINE_ENDS, ' ')

/** Inline code; safe in a table too. */
export const code = (value: string): string => {
  // Two back-ticks with nothing between them would begin the code that a later text ends.
  const oneLine = value.replace(LINE_ENDS, ' ').replaceAll('|', '\\|') || ' '
  const fence = '`'.repeat(longestRun(oneLine) + 1)
  return fence.length === 1 ? `\`${oneLine}\`` : `${fence} ${oneLine} ${fence}`
}

/** A fenced block. */
export const block = (value: string, language = ''): string => {
  const fence = '`'.repeat(Math.max(3, longestRun(value) + 1))
  return `${fence}${language}\n${value}\n${fence}`
}

/** A link; just the label where there is no address. `label` is markdown. */
export const link = (label: string, url: string): string =>
  url === '' ? label : `[${label}](${url.replace(/[\s\p{C}()<>|\\]/gu, percent)})`

export const heading = (level: number, title: string): string => `${'#'.repeat(level)} ${title}`

/** A table. Cells are markdown, on one line; a cell missing at a row's end is empty. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => head.map((_, i) => row[i] ?? ''))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

/** A block that opens when it is clicked. `summary` is HTML, as GitHub reads no markdown there; `body` is markdown. */
export const details = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`

/** Paragraphs, with the empty and undefined ones left out. */
export const join = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('\n\n')

const percent = (character: string) =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')

const longestRun = (value: string) => Math.max(0, ...(value.match(/`+/g) ?? []).map((run) => run.length))
