import * as core from '@actions/core'

/** Where GitHub shows an annotation. */
export interface AnnotationLocation {
  readonly title?: string
  readonly file?: string
  readonly startLine?: number
  readonly startColumn?: number
}

/** The log and the annotations of a step. */
export interface Log {
  info(line: string): void
  debug(line: string): void
  /** An annotation on the run, and a line in the log. */
  notice(message: string, location?: AnnotationLocation): void
  warning(message: string, location?: AnnotationLocation): void
  error(message: string, location?: AnnotationLocation): void
  /** Folds away what `task` logs under a title. */
  group<T>(title: string, task: () => Promise<T>): Promise<T>
  /** Makes the runner show `***` for this value, and for each line of it, from now on. */
  mask(secret: string): void
}

/** Writes to the log of GitHub's runner. */
export const runnerLog: Log = {
  info: (line) => core.info(escapeCommands(line)),
  debug: (line) => core.debug(line),
  notice: (message, location = {}) => core.notice(message, location),
  warning: (message, location = {}) => core.warning(message, location),
  error: (message, location = {}) => core.error(message, location),
  group: (title, task) => core.group(title, task),
  mask(secret) {
    // The runner masks by whole value; a log that wraps a key over lines would show it piecewise.
    for (const part of new Set([secret, ...secret.split(/\r?\n/)])) {
      if (part.trim() !== '') core.setSecret(part)
    }
  },
}

/**
 * Text in which the runner finds no command. It takes `::name::` for one at the start of a line, white space before it or
 * not, and `##[name]` anywhere. For the output of containers, builds and providers, which is not trusted.
 */
export const escapeCommands = (text: string): string =>
  text.replace(AT_LINE_START, '$1:\u200b').replaceAll('##[', '#\u200b#[')

/**
 * Colons after nothing but white space and characters that do not show. The runner trims .NET's white space, with U+0085, which `\s`
 * lacks, and drops a byte order mark at the start of the output. `^` stands after every end of a line that the runner knows.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const AT_LINE_START = /^([\0-\t\v\f\x0e-\x1f\x7f-\x9f\p{Zs}\p{Cf}\p{Cs}\p{Co}\p{Cn}]*):(?=:)/gmu
