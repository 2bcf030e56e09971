import { InputError } from '../../../../toolkit/errors.ts'

/** Datadog's API key and application key. The latter is needed only to read monitors and to mark DORA failures. */
export interface Keys {
  readonly api: string
  readonly app: string | undefined
}

/** @throws InputError when there is no application key. */
export function requireAppKey(keys: Keys, purpose: string): string {
  if (keys.app !== undefined) return keys.app
  throw new InputError('app-key', `is missing, and ${purpose} needs it.`, {
    hint: 'Set it from a secret: `app-key: ${{ secrets.DD_APP_KEY }}`. Create it in Datadog under Organization Settings › Application Keys.',
  })
}
