/** A pattern in which `*` stands for any part of a text, as what has to match the whole of it. */
export const wildcard = (pattern: string): RegExp => {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
