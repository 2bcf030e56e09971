import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { readEntries } from '../../../../toolkit/text/entries.ts'

/** A secret for `RUN --mount=type=secret,id=…`. A value is passed to buildx in its environment, never in its arguments. */
export type BuildSecret =
  | { readonly kind: 'value'; readonly id: string; readonly value: string }
  | { readonly kind: 'file'; readonly id: string; readonly file: string }

/** Reads `secrets`, `secret-envs` and `secret-files`. Errors give the number of an entry and never its text. */
export function readSecrets(reader: InputReader, env: Environment, workspace: string): readonly BuildSecret[] {
  const secrets = [
    ...readValues(reader.raw('secrets')),
    ...reader.pairs('secret-envs', { secret: true }).map(({ key, value }, at) => {
      const found = env[value]
      if (found === undefined || found === '') {
        throw new InputError('secret-envs', `is malformed: the variable of entry ${at + 1} is not set.`, {
          hint: 'Write `id=VARIABLE`, and set the variable under `env:`. Do not write the value itself here.',
        })
      }
      return { kind: 'value' as const, id: key, value: found }
    }),
    ...reader
      .pairs('secret-files', { secret: true })
      .map(({ key, value }, at) => readFile(key, resolve(workspace, value), at)),
  ]
  const ids = new Set<string>()
  for (const { id } of secrets) {
    if (!/^[\w.-]+$/.test(id)) {
      throw new InputError('secrets', 'has an id with characters other than letters, digits, `_`, `.` and `-`.', {
        hint: 'Write `id=value`, one a line; put a value of several lines in double quotes: `"id=first\nsecond"`.',
      })
    }
    if (ids.has(id)) throw new InputError('secrets', `has \`${id}\` twice.`, { hint: 'Give each secret its own id.' })
    ids.add(id)
  }
  return secrets
}

function readFile(id: string, file: string, at: number): BuildSecret {
  try {
    accessSync(file, constants.R_OK)
    if (statSync(file).isFile()) return { kind: 'file', id, file }
  } catch {
    // Refused below, as a folder is.
  }
  throw new InputError('secret-files', `is malformed: the file of entry ${at + 1} cannot be read.`, {
    hint: 'Write `id=path`, with the path relative to the workspace, and create the file in an earlier step.',
  })
}

/**
 * The texts of a secret that must be masked in the log. Of a file these are its lines; short ones, such as a brace or `yes`,
 * are left out, as they occur everywhere.
 */
export function secretTexts(secret: BuildSecret): readonly string[] {
  if (secret.kind === 'value') return [secret.value]
  if (statSync(secret.file).size > LARGEST_TEXT) return []
  const lines = readFileSync(secret.file, 'utf8').split('\n')
  return lines.map((line) => line.trim()).filter((line) => line.length >= 8)
}

/** In bytes. Larger files are archives and key stores, not text that a step prints. */
const LARGEST_TEXT = 64 * 1024

function readValues(text: string): readonly BuildSecret[] {
  return readEntries(text).map(({ text: entry }, at) => {
    const equals = entry.indexOf('=')
    const value = entry.slice(equals + 1)
    if (equals < 1 || value === '') {
      throw new InputError(
        'secrets',
        `is malformed: entry ${at + 1} ${equals < 1 ? 'is not of the form id=value' : 'has no value'}.`,
        {
          hint: 'Write one `id=value` on each line. A GitHub secret that does not exist is empty: check its name.',
        },
      )
    }
    return { kind: 'value', id: entry.slice(0, equals).trim(), value }
  })
}
