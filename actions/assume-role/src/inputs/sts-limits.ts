// What STS accepts, as its published model has it: botocore/data/sts/2011-06-15/service-2.json. A test holds them against that.

interface Limit {
  /** In UTF-16 units, as AWS counts them. */
  readonly min: number
  readonly max: number
  /** One character that is accepted; any without it. */
  readonly character?: RegExp
}

export const STS_LIMITS = {
  sessionName: { min: 2, max: 64, character: /[\w+=,.@-]/ },
  externalId: { min: 2, max: 1224, character: /[\w+=,.@:/-]/ },
  /** The model has no maximum for AssumeRole; its documentation has this one for both calls. */
  policy: { min: 1, max: 2048, character: /[\t\n\r\x20-\xff]/ },
  tagKey: { min: 1, max: 128, character: /[\p{L}\p{Z}\p{N}_.:/=+\-@]/u },
  tagValue: { min: 0, max: 256, character: /[\p{L}\p{Z}\p{N}_.:/=+\-@]/u },
  token: { min: 4, max: 20_000 },
} as const satisfies Readonly<Record<string, Limit>>

/** Of DurationSeconds. */
export const STS_DURATION = { min: 900, max: 43_200 } as const
/** Of Tags. */
export const STS_TAGS = 50
/** Of PolicyArns, as the documentation has it. */
export const STS_POLICIES = 10

/** What STS would refuse, as the end of a sentence, such as `has the character `/``; `undefined` for what it accepts. */
export function stsProblem(text: string, name: keyof typeof STS_LIMITS): string | undefined {
  const { min, max, character }: Limit = STS_LIMITS[name]
  const bad = character === undefined ? undefined : [...text].find((one) => !character.test(one))
  if (bad !== undefined) return `has the character ${shown(bad)}, which AWS does not accept`
  if (text.length >= min && text.length <= max) return undefined
  return `has ${text.length} characters, and AWS accepts ${min} to ${max}`
}

const shown = (character: string) =>
  /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) && character !== '`'
    ? `\`${character}\``
    : `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
