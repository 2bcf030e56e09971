import type { Members } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'

/** A text in STS's published model: its length, and the pattern as the model spells it. */
interface Shape {
  readonly min: number
  readonly max: number
  readonly pattern: string
}

const EXTERNAL_ID: Shape = { min: 2, max: 1224, pattern: '[\\w+=,.@:\\/-]*' }
const POLICY: Shape = { min: 1, max: 2048, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' }
const TAG_KEY: Shape = { min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' }
const TAG_VALUE: Shape = { min: 0, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' }
const TAGS = 50
const POLICIES = 10

/** Refuses, as STS does, what limits or tags a session. The packed size of it all is AWS's own measure, and is not simulated. */
export function checkSession(input: Members): void {
  checkText(input['ExternalId'], 'externalId', EXTERNAL_ID)
  checkText(input['Policy'], 'policy', POLICY)
  const policy = input['Policy']
  if (policy !== undefined && !isPolicy(String(policy))) {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json', 400)
  }
  if (list(input['PolicyArns']).length > POLICIES) throw tooMany('policyArns', POLICIES)
  checkTags(list(input['Tags']) as readonly Members[], list(input['TransitiveTagKeys']).map(String))
}

function checkTags(tags: readonly Members[], transitive: readonly string[]): void {
  if (tags.length > TAGS) throw tooMany('tags', TAGS)
  for (const [at, { Key, Value }] of tags.entries()) {
    checkText(Key, `tags.${at + 1}.member.key`, TAG_KEY)
    checkText(Value, `tags.${at + 1}.member.value`, TAG_VALUE)
  }
  const keys = tags.map(({ Key }) => String(Key).toLowerCase())
  if (new Set(keys).size < keys.length) {
    throw wrongValue('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  }
  if (!transitive.every((key) => keys.includes(key.toLowerCase()))) {
    throw wrongValue('The specified transitive tag key must be included in the requested tags.')
  }
}

function checkText(value: unknown, member: string, { min, max, pattern }: Shape): void {
  if (value === undefined) return
  const text = String(value)
  const rule = !new RegExp(`^(?:${pattern})$`, 'u').test(text)
    ? `satisfy regular expression pattern: ${pattern}`
    : text.length < min
      ? `have length greater than or equal to ${min}`
      : text.length > max
        ? `have length less than or equal to ${max}`
        : undefined
  if (rule !== undefined) throw violation(text, member, rule)
}

function isPolicy(text: string): boolean {
  try {
    const policy: unknown = JSON.parse(text)
    return typeof policy === 'object' && policy !== null && 'Statement' in policy
  } catch {
    return false
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const tooMany = (member: string, most: number) => violation('[…]', member, `have length less than or equal to ${most}`)

const violation = (value: string, member: string, rule: string) =>
  new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${rule}`,
    400,
  )

const wrongValue = (message: string) => new AwsError('InvalidParameterValue', message, 400)
