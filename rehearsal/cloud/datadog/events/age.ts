import { DatadogError } from '../http/answers.ts'

const OLDEST_MS = 18 * 60 * 60 * 1000

/** Refuses the time of an event, in milliseconds, that is more than 18 hours past. */
export function checkAge(happened: number, now: number): void {
  if (happened < now - OLDEST_MS) throw new DatadogError(400, 'Event too far in the past')
}
