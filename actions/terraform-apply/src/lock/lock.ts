// The lock object of a state in S3.
import { parseJson } from '../../../../toolkit/text/json.ts'
import type { StateStore } from '../state/state-store.ts'

/** What Terraform's S3 backend writes into its lock object. */
export interface Lock {
  readonly ID: string
  readonly Operation: string
  /** `user@host` */
  readonly Who: string
  readonly Created: string
}

/** Suffix of the lock object. */
export const LOCK = '.tflock'

export const parseLock = (text: string): Lock => parseJson(text, 'The lock of the state') as Lock

/** The lock of a state; `undefined` when it is not locked. */
export async function readLock(store: StateStore): Promise<Lock | undefined> {
  const text = await store.read(LOCK)
  return text === undefined ? undefined : parseLock(text)
}
