import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'
import { SESSION_TAG_KEYS, type SessionTag } from './session-tags.ts'
import { STS_TAGS, stsProblem } from './sts-limits.ts'

const LIMIT = STS_TAGS - SESSION_TAG_KEYS.length

/** Reads `custom-tags`. @throws InputError for what STS would refuse, or for a key that this action sets itself. */
export function readCustomTags(reader: InputReader): readonly SessionTag[] {
  const json = reader.text('custom-tags')
  if (json === undefined) return []
  const tags = Object.entries(parseTags(json)).map(([Key, value]) => ({ Key, Value: String(value) }))
  for (const [at, tag] of tags.entries()) {
    const key = keyProblem(tag.Key, tags.slice(0, at))
    if (key !== undefined) {
      throw new InputError('custom-tags', `has the tag \`${tag.Key}\`, ${key}.`, {
        hint: 'Use another key, or remove it.',
      })
    }
    const problem = problemOf(tag)
    if (problem === undefined) continue
    throw new InputError('custom-tags', `has the tag \`${tag.Key}\`, ${problem}.`, {
      hint: 'Use letters, digits, spaces and `_ . : / = + - @`: at most 128 in a key of your own, and at most 256 in a value.',
    })
  }
  if (tags.length <= LIMIT) return tags
  throw new InputError(
    'custom-tags',
    `has ${tags.length} tags, and AWS accepts ${LIMIT} besides those of this action.`,
    {
      hint: 'Keep those that your policies use.',
    },
  )
}

/** To AWS, keys that differ only in case are one. */
function keyProblem(key: string, before: readonly SessionTag[]): string | undefined {
  const same = (other: string) => other.toLowerCase() === key.toLowerCase()
  if (SESSION_TAG_KEYS.some(same)) return 'which this action sets itself'
  if (before.some((other) => same(other.Key))) return 'and one that differs only in case: AWS takes them for one'
  return /^aws:/i.test(key) ? 'whose beginning `aws:` AWS keeps for itself' : undefined
}

function problemOf({ Key, Value }: SessionTag): string | undefined {
  const key = stsProblem(Key, 'tagKey')
  if (key !== undefined) return `whose key ${key}`
  const value = stsProblem(Value, 'tagValue')
  return value === undefined ? undefined : `whose value ${value}`
}

type Values = Readonly<Record<string, string | number | boolean>>

function parseTags(json: string): Values {
  const wrong = (cause?: unknown) =>
    new InputError('custom-tags', 'is not a JSON object of texts.', {
      hint: 'Write, for example, `{"Team": "web"}`.',
      cause,
    })
  let tags: unknown
  try {
    tags = parseJson(json, 'Input `custom-tags`')
  } catch (cause) {
    throw cause instanceof TooDeepError ? cause : wrong(cause)
  }
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) throw wrong()
  if (!Object.values(tags).every((value) => ['string', 'number', 'boolean'].includes(typeof value))) throw wrong()
  return tags as Values
}
