import * as core from '@actions/core'

/** Where in the repository a message belongs, for an annotation. */
export interface Place {
  readonly title?: string
  readonly file?: string
  readonly startLine?: number
  readonly startColumn?: number
}

/** What an action tells the people who watch it. */
export interface Log {
  info(line: string): void
  debug(line: string): void
  /** An annotation on the run, and a line in the log. */
  notice(message: string, place?: Place): void
  warning(message: string, place?: Place): void
  error(message: string, place?: Place): void
  /** Folds away what `task` logs under a title. */
  group<T>(title: string, task: () => Promise<T>): Promise<T>
  /** From here on the runner shows `***` for this value. Each line of it is masked too. */
  mask(secret: string): void
}

/** Speaks to the GitHub runner. */
export const runnerLog: Log = {
  info: (line) => core.info(escapeCommands(line)),
  debug: (line) => core.debug(line),
  notice: (message, place = {}) => core.notice(message, place),
  warning: (message, place = {}) => core.warning(message, place),
  error: (message, place = {}) => core.error(message, place),
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
 * not, and `##[name]` anywhere; what containers, builds and providers print passes through here, and is not ours to trust.
 */
export const escapeCommands = (text: string): string =>
  text.replace(/^(\s*):(?=:)/gm, '$1:\u200b').replaceAll('##[', '#\u200b#[')
