import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'

/** How far in the future a time may be, in seconds: clocks differ. */
const AHEAD_S = 3600

/**
 * A time in seconds since 1970, or as ISO 8601 writes it; gives seconds.
 * @param oldest the age that Datadog takes, in seconds, and how the error names it
 */
export function readTime(
  reader: InputReader,
  name: string,
  now: number,
  oldest?: { readonly seconds: number; readonly words: string },
): number | undefined {
  const value = reader.text(name)
  if (value === undefined) return undefined
  const seconds = /^\d{1,11}$/.test(value) ? Number(value) : Math.floor(Date.parse(value) / 1000)
  const age = now / 1000 - seconds
  if (Number.isNaN(seconds) || age > (oldest?.seconds ?? Infinity) || age < -AHEAD_S) {
    const what = oldest === undefined ? 'a time in the past' : `a time within the last ${oldest.words}`
    throw new InputError(name, `is \`${value}\`, which is not ${what}.`, {
      hint: `Write seconds since 1970, or a time such as \`2026-03-01T12:00:00Z\`.${oldest === undefined ? '' : ' Datadog accepts no older events.'}`,
    })
  }
  return seconds
}

/** A span of time, from the inputs `started-at` and `finished-at`; gives milliseconds. @throws InputError */
export function readSpan(
  reader: InputReader,
  now: number,
): { readonly startedAt: number | undefined; readonly finishedAt: number | undefined } {
  const [start, end] = ['started-at', 'finished-at'].map((name) => readTime(reader, name, now))
  if (start !== undefined && end !== undefined && end < start) {
    throw new InputError('finished-at', 'is before `started-at`.', { hint: 'Exchange them, or leave one out.' })
  }
  return {
    startedAt: start === undefined ? undefined : start * 1000,
    finishedAt: end === undefined ? undefined : end * 1000,
  }
}
