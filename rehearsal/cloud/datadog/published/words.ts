// How Datadog's services word a problem of a request.
import type { Problem } from './published.ts'

/** The error of a request to this path. */
export function problemWords(path: string, problem: Problem): string {
  if (path === '/api/v2/events') return eventWords(problem)
  if (path.startsWith('/api/v2/deployments/gates/')) return gateWords(problem)
  return path.startsWith('/api/v2/') ? attributeWords(problem) : parameterWords(problem)
}

/** `JSON validation failed at $.data.attributes.category: value must be one of: ["alert", "change"].` */
function eventWords(problem: Problem): string {
  const detail =
    problem.keyword === 'enum'
      ? `value must be one of: [${[...allowed(problem)]
          .sort()
          .map((value) => `"${value}"`)
          .join(', ')}]`
      : sentence(problem)
  return `JSON validation failed at ${['$', ...placeOf(problem)].join('.')}: ${detail}.`
}

/** `invalid configuration: invalid rule at index 0: invalid rule type: moniyor` */
function gateWords(problem: Problem): string {
  const at = placeOf(problem)
  const [, , configuration, rules, index] = at
  if (configuration !== 'configuration') {
    return isMissing(problem) && at.length === 3
      ? `required ${configuration} field is missing`
      : attributeWords(problem)
  }
  const name = at.at(-1) ?? ''
  const detail = problem.keyword === 'enum' ? `invalid rule ${name}: ${problem.value}` : `${name} ${sentence(problem)}`
  return rules === 'rules' && index !== undefined
    ? `invalid configuration: invalid rule at index ${index}: ${detail}`
    : `invalid configuration: ${detail}`
}

/** `attribute "type" must be one of "rollback rollforward"` */
function attributeWords(problem: Problem): string {
  const at = placeOf(problem)
  const name = at.at(-1) ?? ''
  if (at.join('.') === 'data.type') {
    const given = problem.keyword === 'enum' ? problem.value : ''
    const expected = problem.keyword === 'enum' ? ` expected one of "${allowed(problem).join(' ')}"` : ''
    return `got type "${given}"${expected}`
  }
  const detail = problem.keyword === 'enum' ? `must be one of "${allowed(problem).join(' ')}"` : sentence(problem)
  return `attribute "${name}" ${detail}`
}

/** Version 1: `The value provided for parameter 'query' is invalid: …` */
function parameterWords(problem: Problem): string {
  const name = placeOf(problem).join('.')
  if (isMissing(problem)) return `'${name}' is required`
  const detail =
    problem.keyword === 'enum'
      ? `must be one of ${allowed(problem).join(', ')}, not '${problem.value}'`
      : sentence(problem)
  return `The value provided for parameter '${name}' is invalid: ${detail}`
}

/** The names of members on the way to the one that is wrong, missing or unknown. */
function placeOf({ at, params }: Problem): readonly string[] {
  const last = params['missingProperty'] ?? params['additionalProperty']
  return typeof last === 'string' ? [...at, last] : at
}

/** Datadog takes an empty text for a missing one. */
const isMissing = ({ keyword, value }: Problem) => keyword === 'required' || (keyword === 'minLength' && value === '')

const allowed = ({ params }: Problem) => params['allowedValues'] as readonly string[]

function sentence(problem: Problem): string {
  const { keyword, params } = problem
  if (isMissing(problem)) return 'is required'
  switch (keyword) {
    case 'additionalProperties':
      return 'is not in the published API'
    case 'type':
      return `must be of type ${params['type']}`
    case 'maxLength':
      return `is limited to ${params['limit']} characters`
    case 'maxItems':
      return `is limited to ${params['limit']} items`
    case 'minItems':
      return `needs at least ${params['limit']} item`
    case 'minimum':
    case 'maximum':
      return `must be ${params['comparison']} ${params['limit']}`
    case 'pattern':
      return `must match ${params['pattern']}`
    default:
      return `does not hold: ${keyword}`
  }
}
