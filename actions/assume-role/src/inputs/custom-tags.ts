import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'
import { SESSION_TAG_KEYS, type SessionTag } from './session-tags.ts'

/** What STS accepts as the key or the value of a tag. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
/** AWS takes 50 tags. */
const LIMIT = 50 - SESSION_TAG_KEYS.length

/** Reads `custom-tags`. @throws InputError for what STS would refuse, or for a key that this action sets itself. */
export function readCustomTags(reader: InputReader): readonly SessionTag[] {
  const json = reader.text('custom-tags')
  if (json === undefined) return []
  const tags = Object.entries(parseTags(json)).map(([Key, value]) => ({ Key, Value: String(value) }))
  for (const { Key, Value } of tags) {
    const wrong = SESSION_TAG_KEYS.some((own) => own.toLowerCase() === Key.toLowerCase())
      ? 'which this action sets itself'
      : Key === '' || Key.length > 128 || Value.length > 256 || !TAG_TEXT.test(Key) || !TAG_TEXT.test(Value)
        ? 'which AWS does not accept'
        : undefined
    if (wrong === undefined) continue
    throw new InputError('custom-tags', `has the tag \`${Key}\`, ${wrong}.`, {
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
