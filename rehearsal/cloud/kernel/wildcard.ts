/** Whether `text` matches `pattern`. `*` matches any text, also none. */
export const matchesWildcard = (pattern: string, text: string, flags = ''): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^$()[\]{}|\\]/g, '\\$&').replaceAll('*', '.*')}$`, flags).test(text)
