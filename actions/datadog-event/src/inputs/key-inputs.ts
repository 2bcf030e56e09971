import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { Log } from '../../../../toolkit/log.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Keys } from '../api/keys.ts'

/** Variables of the environment that hold the keys, first the one that wins: those of datadog-ci, in its order. */
const VARIABLES = { api: ['DATADOG_API_KEY', 'DD_API_KEY'], app: ['DATADOG_APP_KEY', 'DD_APP_KEY'] } as const

/**
 * Reads the keys, each from its input, else from the environment, and masks them before anything else can be logged.
 * @throws InputError that never repeats a key
 */
export function readKeys(reader: InputReader, env: Environment, log: Log): Keys {
  const inEnvironment = (kind: 'api' | 'app') => VARIABLES[kind].flatMap((name) => env[name] || [])
  const [apis, apps] = [inEnvironment('api'), inEnvironment('app')]
  const given = { api: reader.raw('api-key') || apis[0], app: reader.raw('app-key') || apps[0] }
  // Masks the key both as given and trimmed, as it may have been pasted with a newline.
  for (const key of new Set([given.api, given.app, ...apis, ...apps])) {
    if (key !== undefined && key.trim() !== '') for (const form of [key, key.trim()]) log.mask(form)
  }
  for (const kind of ['api', 'app'] as const) {
    const [first, other] = kind === 'api' ? apis : apps
    if (reader.raw(`${kind}-key`) !== '' || other === undefined || other.trim() === first?.trim()) continue
    const [wins, loses] = VARIABLES[kind]
    log.warning(`\`${wins}\` and \`${loses}\` of the environment are different keys: the first is used.`)
  }
  const api = checked('api-key', given.api)
  if (api === undefined) {
    throw new InputError('api-key', 'is missing.', {
      hint: 'Set it from a secret: `api-key: ${{ secrets.DD_API_KEY }}`. A secret that does not exist, or that a run from a fork may not read, is empty.',
    })
  }
  return { api, app: checked('app-key', given.app) }
}

function checked(name: string, value: string | undefined): string | undefined {
  const key = value?.trim() ?? ''
  if (key === '') return undefined
  // It is sent in a header, which allows no line break. White space means that something else was pasted along.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new InputError(name, 'is not a Datadog key: it contains white space or non-ASCII characters.', {
      hint: 'Store the bare key in the secret: no quotes, no `DD-API-KEY:`, one line.',
    })
  }
  return key
}
