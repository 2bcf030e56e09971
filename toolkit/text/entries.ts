/** An entry of a list. */
export interface Entry {
  readonly text: string
  readonly quoted: boolean
}

/**
 * The entries of a list that has one a line, trimmed, without empty ones. As in CSV, and so as docker/build-push-action reads them, an
 * entry in double quotes may have several lines, and `""` in it is one quote. Other quotes are kept, as in `KEY="value"`.
 */
export const readEntries = (text: string): readonly Entry[] =>
  entriesOf(text, /[^\S\n]*(?:"((?:[^"]|"")*)"[^\S\n]*(?=\r?\n|$)|([^\n]*?)(?=\r?\n|$))(?:\r?\n|$)/g)

/** The items of one line that commas separate, read in the same way. */
export const readFields = (line: string): readonly Entry[] =>
  entriesOf(line, /\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))(?:,|$)/g)

/** `pattern` captures the text of an entry in quotes, or else of one without. */
function entriesOf(text: string, pattern: RegExp): readonly Entry[] {
  return [...text.matchAll(pattern)]
    .map(([, quoted, plain = '']) =>
      quoted === undefined
        ? { text: plain.trim(), quoted: false }
        : { text: quoted.replaceAll('""', '"'), quoted: true },
    )
    .filter((entry) => entry.text !== '')
}
