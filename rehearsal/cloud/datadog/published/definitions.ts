// The published models, as requests and as answers must keep to them.
import { DECIDED, LIMITS, NULLABLE } from './limits.ts'

export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly [keyword: string]: unknown
}

export type Definitions = Readonly<Record<string, Schema>>

/**
 * Models of requests, with Datadog's limits. A member that is not published is refused: Datadog ignores it, so that a wrong name
 * stays unseen there.
 */
export const requestDefinitions = (published: Definitions): Definitions =>
  mapped(published, ([name, model]) => decided(name, closed(limited(name, model))))

/** Models of answers. Datadog answers null for members that are not set, whether that is published or not. */
export const answerDefinitions = (published: Definitions): Definitions =>
  mapped(published, ([, model]) => {
    const optional = Object.keys(model.properties ?? {}).filter((name) => model.required?.includes(name) !== true)
    return nullable(model, [...optional, ...optional.map((name) => `${name}.*`)])
  })

/** Adds which member decides between models, so that an error is about the model that is meant. */
function decided(name: string, model: Schema): Schema {
  const decision = DECIDED[name]
  if (decision === undefined) return model
  const { by, member, models } = decision
  const of = (schema: object) => (member === undefined ? schema : { properties: { [member]: schema } })
  const choices = Object.entries(models).map(([value, chosen]) => ({
    if: { properties: { [by]: { const: value } } },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    then: of({ $ref: `#/definitions/${chosen}` }),
  }))
  if (member === undefined) {
    return { type: 'object', properties: { [by]: { enum: Object.keys(models) } }, required: [by], allOf: choices }
  }
  return { ...model, properties: { ...model.properties, [member]: {} }, allOf: choices }
}

function limited(name: string, model: Schema): Schema {
  const properties = mapped(model.properties ?? {}, ([member, schema]) => {
    const limits = LIMITS[`${name}.${member}`]
    return limits === undefined ? schema : { allOf: [schema, limits] }
  })
  const mayBeNull = Object.keys(properties)
    .flatMap((member) => [member, `${member}.*`])
    .filter((member) => NULLABLE.includes(`${name}.${member}`))
  return nullable(model.properties === undefined ? model : { ...model, properties }, mayBeNull)
}

/** Lets these members be null; `name.*`: the values of the map `name`. */
function nullable(model: Schema, names: readonly string[]): Schema {
  if (model.properties === undefined) return model
  const properties = mapped(model.properties, ([name, schema]) => {
    const { additionalProperties: values } = schema
    const inside = names.includes(`${name}.*`) && values !== undefined
    const found = inside ? { ...schema, additionalProperties: orNull(values) } : schema
    return names.includes(name) ? orNull(found) : found
  })
  return { ...model, properties }
}

const orNull = (schema: unknown) => ({ anyOf: [{ type: 'null' }, schema] })

const closed = (model: Schema): Schema =>
  model.properties === undefined ? model : { ...model, additionalProperties: model.additionalProperties ?? false }

const mapped = <T, R>(
  record: Readonly<Record<string, T>>,
  to: (entry: readonly [string, T]) => R,
): Readonly<Record<string, R>> => Object.fromEntries(Object.entries(record).map((entry) => [entry[0], to(entry)]))
