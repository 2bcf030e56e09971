import type { Random } from '../../kernel/random.ts'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const ONE = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/

/** A time span in milliseconds, or a range from which each use draws one. */
export interface Duration {
  readonly from: number
  readonly to: number
}

/** Reads `500ms`, `3s`, `2m`, `1h`, or a range such as `2s..5s`; `undefined` for anything else. */
export function parseDuration(text: string): Duration | undefined {
  const [first = '', last = first] = text.split('..')
  const from = millisecondsOf(first.trim())
  const to = millisecondsOf(last.trim())
  return from === undefined || to === undefined || to < from ? undefined : { from, to }
}

export const draw = ({ from, to }: Duration, random: Random): number =>
  from === to ? from : from + random() * (to - from)

function millisecondsOf(text: string): number | undefined {
  const [, number, unit = ''] = ONE.exec(text) ?? []
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? Number.NaN)
}
