import { isIP } from 'node:net'
import type { Members } from '../../kernel/call.ts'
import { invalid, notSimulated } from '../errors.ts'
import type { Condition } from '../model.ts'
import type { Parameters } from './parameters.ts'

const fields = [
  'path-pattern',
  'host-header',
  'http-header',
  'http-request-method',
  'query-string',
  'source-ip',
] as const
type Field = (typeof fields)[number]

/** Fields whose values may come as plain `Values`, and the other member that can hold them. */
const configOf = {
  'host-header': 'HostHeaderConfig',
  'path-pattern': 'PathPatternConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'source-ip': 'SourceIpConfig',
} as const
const once: readonly Field[] = ['path-pattern', 'host-header', 'http-request-method', 'source-ip']

/** Reads the conditions of a rule, and refuses what AWS refuses. */
export function readConditions(list: readonly Parameters[]): Condition[] {
  if (list.length === 0) throw invalid('You must specify at least one condition')
  const conditions = list.map(readCondition)
  for (const field of once) {
    if (conditions.filter((condition) => condition.field === field).length > 1) {
      throw invalid(`A rule can only have one '${field}' condition`)
    }
  }
  const values = conditions.reduce((sum, one) => sum + ('pairs' in one ? one.pairs : one.values).length, 0)
  if (values > 5) throw invalid('A rule can only have 5 condition values')
  return conditions
}

function readCondition(input: Parameters): Condition {
  const name = input.required('Field')
  const field = fields.find((one) => one === name)
  if (field === undefined) throw invalid(`Condition field '${name}' must be one of '[${fields.join(',')}]'`)
  if (input.texts('RegexValues').length > 0) throw notSimulated('regular expressions in conditions', 'Use wildcards.')
  if (field === 'query-string') return { field, pairs: queryPairs(input) }
  if (field === 'http-header') return httpHeader(input)
  const values = plainValues(input, field)
  if (field === 'http-request-method') for (const value of values) checkMethod(value)
  if (field === 'source-ip') for (const value of values) checkCidr(value)
  for (const value of values) checkLength(field, value, field === 'http-request-method' ? 40 : 128)
  return { field, values }
}

function plainValues(input: Parameters, field: keyof typeof configOf): string[] {
  const config = input.nested(configOf[field])
  const plain = input.texts('Values')
  const takesPlain = field === 'host-header' || field === 'path-pattern'
  if (plain.length > 0 && !takesPlain) throw invalid(`The 'Values' field is not compatible with '${field}'`)
  if (plain.length > 0 && config !== undefined) {
    throw invalid(`You cannot provide both Values and '${configOf[field]}' for a condition of type '${field}'`)
  }
  if (plain.length > 1) throw invalid(`The '${field}' field contains too many values; the limit is '1'`)
  const values = config?.texts('Values') ?? plain
  if (values.length > 0) return values
  throw invalid(
    takesPlain ? 'A condition value must be specified' : `A '${configOf[field]}' must be specified with '${field}'`,
  )
}

function queryPairs(input: Parameters) {
  const pairs = (input.nested('QueryStringConfig')?.list('Values') ?? []).map((pair) => {
    const key = pair.text('Key')
    const value = pair.text('Value')
    if (value === undefined) throw invalid("A 'Value' must be specified in 'QueryStringKeyValuePair'")
    checkLength('Key', key ?? '', 128)
    checkLength('Value', value, 128)
    return key === undefined ? { value } : { key, value }
  })
  if (pairs.length === 0) throw invalid("A 'QueryStringConfig' must be specified with 'query-string'")
  return pairs
}

function httpHeader(input: Parameters): Condition {
  const config = input.nested('HttpHeaderConfig')
  if (config === undefined) throw invalid("A 'HttpHeaderConfig' must be specified with 'http-header'")
  const name = config.required('HttpHeaderName')
  checkLength('HttpHeaderName', name, 40)
  const values = config.texts('Values')
  if (values.length === 0) throw invalid('A condition value must be specified')
  for (const value of values) checkLength('http-header', value, 128)
  return { field: 'http-header', name, values }
}

function checkLength(what: string, value: string, limit: number): void {
  if (value.length > limit) throw invalid(`The '${what}' value is too long; the limit is '${limit}'`)
}

function checkMethod(value: string): void {
  if (/^[A-Z_-]+$/.test(value)) return
  throw invalid("The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore")
}

function checkCidr(value: string): void {
  const [address = '', bits] = value.split('/')
  const version = isIP(address)
  if (version === 0 || !/^\d+$/.test(bits ?? '') || Number(bits) > (version === 4 ? 32 : 128)) {
    throw invalid(`The 'source-ip' value '${value}' is not a valid CIDR block`)
  }
}

/** A condition in the form of answers: paths and hosts twice, once in the older form. */
export function conditionMembers(condition: Condition): Members {
  const Field = condition.field
  switch (condition.field) {
    case 'query-string':
      return {
        Field,
        QueryStringConfig: { Values: condition.pairs.map(({ key, value }) => ({ Key: key, Value: value })) },
      }
    case 'http-header':
      return { Field, HttpHeaderConfig: { HttpHeaderName: condition.name, Values: condition.values } }
    default: {
      const older = condition.field === 'host-header' || condition.field === 'path-pattern'
      return {
        Field,
        Values: older ? condition.values : undefined,
        [configOf[condition.field]]: { Values: condition.values },
      }
    }
  }
}
