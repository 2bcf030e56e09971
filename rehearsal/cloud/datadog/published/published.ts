// Datadog's published API as JSON Schema, and what requests and answers have against it.
import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { answerDefinitions, type Definitions, requestDefinitions, type Schema } from './definitions.ts'

interface Operation {
  readonly method: string
  readonly path: string
  readonly request?: Schema
  readonly responses: Readonly<Record<string, Schema>>
}

interface Published {
  readonly operations: readonly Operation[]
  readonly definitions: Definitions
}

/** What is wrong at one place of a body. */
export interface Problem {
  /** Names of members, and indexes, such as `['data', 'attributes', 'env']`. */
  readonly at: readonly string[]
  /** Keyword of JSON Schema that does not hold, such as `required`. */
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly value: unknown
}

const PUBLISHED: Published = JSON.parse(readFileSync(new URL('schemas.json', import.meta.url), 'utf8'))

/** The first problem of a request's body; `undefined` if it is as published, or the operation takes none. */
export function requestProblem(method: string, path: string, body: unknown): Problem | undefined {
  const schema = operationOf(method, path)?.request
  return schema === undefined ? undefined : problemOf(requests(), schema, body)
}

/** The first problem of an answer's body; `undefined` if it is as published, or the answer is not published. */
export function answerProblem(method: string, path: string, status: number, body: unknown): Problem | undefined {
  const schema = operationOf(method, path)?.responses[status]
  return schema === undefined ? undefined : problemOf(answers(), schema, body)
}

/** The path of an operation as it is published, such as `/api/v2/dora/deployments/{deployment_id}`. */
export const publishedPath = (method: string, path: string): string | undefined => operationOf(method, path)?.path

/** The operation at a path, such as `PATCH /api/v2/dora/deployments/my-id`. A path without parameters comes first. */
function operationOf(method: string, path: string): Operation | undefined {
  const parts = path.split('/')
  const matches = PUBLISHED.operations.filter((operation) => {
    const wanted = operation.path.split('/')
    return (
      operation.method === method &&
      wanted.length === parts.length &&
      wanted.every((part, index) => part.startsWith('{') || part === parts[index])
    )
  })
  return matches.find(({ path: wanted }) => !wanted.includes('{')) ?? matches[0]
}

interface Checker {
  readonly ajv: Ajv
  readonly compiled: Map<Schema, ValidateFunction>
}

function checkerOf(definitions: Definitions): Checker {
  const ajv = new Ajv({
    strict: false,
    verbose: true,
    formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) },
  })
  ajv.addSchema({ $id: 'published', definitions })
  return { ajv, compiled: new Map() }
}

/** Makes a value when it is first needed. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

const requests = once(() => checkerOf(requestDefinitions(PUBLISHED.definitions)))
const answers = once(() => checkerOf(answerDefinitions(PUBLISHED.definitions)))

function problemOf({ ajv, compiled }: Checker, schema: Schema, body: unknown): Problem | undefined {
  const validate = compiled.get(schema) ?? ajv.compile(absolute(schema))
  compiled.set(schema, validate)
  if (validate(body)) return undefined
  return deepest(validate.errors ?? [])
}

/** Of the errors of several alternatives, the one that is deepest in the body: its alternative is the one that was meant. */
function deepest(errors: readonly ErrorObject[]): Problem | undefined {
  const real = errors.filter(
    ({ keyword, params }) => keyword !== 'anyOf' && keyword !== 'if' && params['type'] !== 'null',
  )
  const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length
  const [first] = [...real].sort((a, b) => depth(b) - depth(a))
  if (first === undefined) return undefined
  const at = first.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return { at, keyword: first.keyword, params: first.params, value: first.data }
}

/** A schema of an operation, whose references are to the definitions. */
const absolute = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions/', '"published#/definitions/'))
