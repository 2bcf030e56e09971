// Writes rehearsal/cloud/datadog/published/schemas.json: the parts of Datadog's published API that the rehearsal answers, as JSON
// Schema. Datadog generates the models of its npm client from its OpenAPI specification. This script takes the models that
// some operations need out of a release of that client:
//
//     node script/datadog-schemas.ts 1.64.0
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = '@datadog/datadog-api-client'
const TARGET = new URL('../rehearsal/cloud/datadog/published/', import.meta.url)

/** The operations by their version, their class and their names there. */
const OPERATIONS = {
  'v1 AuthenticationApi': ['validate'],
  'v1 EventsApi': ['createEvent', 'getEvent'],
  'v1 MonitorsApi': [
    'checkCanDeleteMonitor',
    'createMonitor',
    'deleteMonitor',
    'getMonitor',
    'listMonitors',
    'searchMonitors',
    'updateMonitor',
    'validateExistingMonitor',
    'validateMonitor',
  ],
  'v2 DORAMetricsApi': [
    'createDORADeployment',
    'createDORAFailure',
    'createDORAIncident',
    'patchDORADeployment',
    'patchDORADeploymentByVersion',
  ],
  'v2 DeploymentGatesApi': ['getDeploymentGatesEvaluationResult', 'triggerDeploymentGatesEvaluation'],
  'v2 EventsApi': ['createEvent'],
}

interface Schema {
  readonly [keyword: string]: unknown
}

/** A member in the `attributeTypeMap` of a model. */
interface Attribute {
  readonly baseName: string
  readonly type: string
  readonly required?: boolean
  readonly format?: string
}

/** The models of one version of the API, as JSON Schema. */
class Models {
  readonly #version: string
  readonly #folder: string
  readonly #enums: ReadonlyMap<string, readonly string[]>
  readonly #unions: ReadonlyMap<string, readonly string[]>
  readonly #require = createRequire(import.meta.url)
  readonly definitions = new Map<string, Schema>()

  constructor(root: string, version: string) {
    this.#version = version
    this.#folder = join(root, `datadog-api-client-${version}`)
    const source = this.#read('models/ObjectSerializer.js')
    this.#enums = listsIn(source, 'enumsMap')
    this.#unions = listsIn(source, 'oneOfMap')
  }

  /** What the requests and answers of an operation hold. */
  operation(api: string, name: string): object {
    const source = this.#read(`apis/${api}.js`)
    const [request = '', response = ''] = [...source.matchAll(new RegExp(`^    ${name}\\([\\s\\S]*?^    }`, 'gm'))].map(
      String,
    )
    const body = /ObjectSerializer\.serialize\(body, "([^"]+)"/.exec(request)?.[1]
    return {
      method: /HttpMethod\.(\w+)/.exec(request)?.[1],
      path: /localVarPath = "([^"]+)"/.exec(request)?.[1],
      ...(body === undefined ? {} : { request: this.#schemaOf({ type: body }) }),
      responses: Object.fromEntries([...this.#responses(response)]),
    }
  }

  *#responses(source: string): Generator<readonly [status: string, Schema]> {
    for (const [, condition = '', block = ''] of source.matchAll(
      /^ {12}if \((response[^{]*)\) \{([\s\S]*?)^ {12}\}/gm,
    )) {
      const type = /deserialize\([\s\S]*?, "([^"]+)"(?:, "[^"]*")?\);/.exec(block)?.[1]
      for (const [, status = ''] of condition.matchAll(/=== (\d+)/g)) {
        yield [status, type === undefined ? {} : this.#schemaOf({ type })]
      }
    }
  }

  #schemaOf({ type, format }: Pick<Attribute, 'type' | 'format'>): Schema {
    const list = /^Array<(.*)>$/.exec(type)?.[1]
    if (list !== undefined)
      return { type: 'array', items: this.#schemaOf({ type: list, ...(format === undefined ? {} : { format }) }) }
    const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1]
    if (map !== undefined) return { type: 'object', additionalProperties: this.#schemaOf({ type: map }) }
    if (type === 'any' || type === 'void') return {}
    if (type === 'number') return { type: format?.startsWith('int') === true ? 'integer' : 'number' }
    if (type === 'string' || type === 'boolean') return { type }
    if (type === 'Date') return { type: 'string', format: 'date-time' }
    return this.#named(type)
  }

  #named(type: string): Schema {
    const name = `${this.#version}.${type}`
    if (!this.definitions.has(name)) {
      this.definitions.set(name, {}) // Models can hold themselves.
      this.definitions.set(name, this.#define(type))
    }
    return { $ref: `#/definitions/${name}` }
  }

  #define(type: string): Schema {
    const values = this.#enums.get(type)
    if (values !== undefined) return { enum: values }
    const union = this.#unions.get(type)
    if (union !== undefined) return { anyOf: union.map((member) => this.#schemaOf({ type: member })) }
    const model = this.#require(join(this.#folder, 'models', `${type}.js`))[type]
    const attributes: readonly Attribute[] = Object.values(model.attributeTypeMap)
    const open = attributes.some(({ baseName }) => baseName === 'additionalProperties')
    const members = attributes.filter(({ baseName }) => baseName !== 'additionalProperties')
    const required = members.filter((one) => one.required === true).map(({ baseName }) => baseName)
    return {
      type: 'object',
      properties: Object.fromEntries(members.map((one) => [one.baseName, this.#schemaOf(one)])),
      ...(required.length === 0 ? {} : { required }),
      ...(open ? {} : { additionalProperties: false }),
    }
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8')
  }
}

/** The lists of names in an object literal of the client's serializer, such as `EventCategory: ["change", "alert"]`. */
function listsIn(source: string, name: string): ReadonlyMap<string, readonly string[]> {
  const literal = new RegExp(`^const ${name} = \\{([\\s\\S]*?)^\\};`, 'm').exec(source)?.[1] ?? ''
  const lists = [...literal.matchAll(/^ {4}(\w+): \[([\s\S]*?)\],$/gm)]
  return new Map(lists.map(([, key = '', items = '']) => [key, JSON.parse(`[${items.replace(/,\s*$/, '')}]`)]))
}

function main(version: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'datadog-'))
  try {
    execFileSync('npm', ['pack', '--silent', `${PACKAGE}@${version}`], { cwd: folder, stdio: 'inherit' })
    execFileSync('tar', ['xzf', `datadog-datadog-api-client-${version}.tgz`], { cwd: folder })
    const root = join(folder, 'package/dist/packages')
    const models = { v1: new Models(root, 'v1'), v2: new Models(root, 'v2') }
    const operations = Object.entries(OPERATIONS).flatMap(([group, names]) => {
      const [of, api = ''] = group.split(' ')
      return names.map((name) => models[of === 'v1' ? 'v1' : 'v2'].operation(api, name))
    })
    const definitions = [...models.v1.definitions, ...models.v2.definitions].sort(([a], [b]) => (a < b ? -1 : 1))
    const about = `Made by script/datadog-schemas.ts from ${PACKAGE} ${version}, Copyright 2020-Present Datadog, Inc., Apache-2.0.`
    const schemas = { $comment: about, operations, definitions: Object.fromEntries(definitions) }
    writeFileSync(new URL('schemas.json', TARGET), `${JSON.stringify(schemas, null, 2)}\n`)
    execFileSync('npx', ['biome', 'format', '--write', fileURLToPath(new URL('schemas.json', TARGET))], {
      stdio: 'ignore',
    })
    writeFileSync(new URL('LICENSE', TARGET), readFileSync(join(folder, 'package/LICENSE')))
    console.log(`${operations.length} operations and ${definitions.length} models of ${PACKAGE} ${version}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [version] = process.argv.slice(2)
if (version === undefined) throw new Error(`Name a version of ${PACKAGE}.`)
main(version)
