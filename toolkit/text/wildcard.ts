/** Compiles a pattern in which `*` stands for any part of a text. It must match the whole text. */
export const wildcard = (pattern: string): RegExp => {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
