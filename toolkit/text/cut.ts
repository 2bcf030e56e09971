/** The first characters of a text, at most `limit` UTF-16 units. Never half of a surrogate pair, which is no character. */
export function cut(text: string, limit: number): string {
  const kept = text.slice(0, limit)
  return kept.length < text.length && /[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept
}

/** The text if it has at most `limit` characters, else as many of them with an ellipsis at the end. */
export const ellipsis = (text: string, limit: number): string =>
  text.length <= limit ? text : `${cut(text, limit - 1)}…`
