import { randomUUID } from 'node:crypto'
import type { Answer, Members, Operations, Request } from '../call.ts'
import { AwsError } from '../errors.ts'
import type { Service } from '../service.ts'

type Tree = { [key: string]: Tree | string }

/**
 * Reads the parameters of an AWS query request into nested members: `A.member.1.B=x` becomes `{A: [{B: 'x'}]}`.
 * All values are text. An empty list is sent as `A=`, and comes out as ''.
 */
export function readQuery(parameters: URLSearchParams): Members {
  const tree = emptyTree()
  for (const [path, value] of parameters) {
    if (path === 'Action' || path === 'Version') continue
    const keys = path.split('.')
    const last = keys.pop() as string
    let node = tree
    for (const key of keys) {
      const known = node[key]
      const next: Tree = typeof known === 'object' ? known : emptyTree()
      node[key] = next
      node = next
    }
    node[last] = value
  }
  return listsOf(tree) as Members
}

/** Without a prototype: a parameter may be called `__proto__.x`. */
const emptyTree = (): Tree => Object.create(null)

function listsOf(node: Tree | string): unknown {
  if (typeof node === 'string') return node
  const keys = Object.keys(node)
  if (keys.length === 1 && keys[0] === 'member') {
    const items = node['member'] as Tree
    return Object.keys(items)
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => listsOf(items[index] as Tree | string))
  }
  return Object.fromEntries(keys.map((key) => [key, listsOf(node[key] as Tree | string)]))
}

/** Writes an answer in the AWS query protocol. */
export function writeQuery(action: string, namespace: string, result: Members): Answer {
  const body =
    `<${action}Response xmlns="${namespace}">` +
    `<${action}Result>${membersXml(result)}</${action}Result>` +
    `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>` +
    `</${action}Response>`
  return { status: 200, headers: { 'content-type': 'text/xml' }, body }
}

export function writeQueryError(error: AwsError, namespace: string): Answer {
  const body =
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>` +
    `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error>` +
    `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`
  return { status: error.status, headers: { 'content-type': 'text/xml' }, body }
}

function membersXml(members: Members): string {
  return Object.entries(members)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `<${name}>${valueXml(value)}</${name}>`)
    .join('')
}

function valueXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${valueXml(item)}</member>`).join('')
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object' && value !== null) return membersXml(value as Members)
  return escapeXml(String(value))
}

/** Escapes text for an XML element. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The parameters of a query request, from its body or its URL. */
export function parametersOf(request: Request): URLSearchParams {
  const parameters = new URLSearchParams(request.url.searchParams)
  if (/^application\/x-www-form-urlencoded/i.test(request.headers['content-type'] ?? '')) {
    for (const [name, value] of new URLSearchParams(request.body.toString('utf8'))) parameters.append(name, value)
  }
  return parameters
}

/** A service with the AWS query protocol: the parameter `Action` names the operation. */
export function queryService(namespace: string, operations: Operations): Service {
  return {
    protocol: 'query',
    action: (request) => parametersOf(request).get('Action') || 'UnknownOperation',
    answer: async (action, request, caller) => {
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined
      const parameters = parametersOf(request)
      if (operation === undefined) {
        const version = parameters.get('Version') ?? ''
        throw new AwsError('InvalidAction', `Could not find operation ${action} for version ${version}`)
      }
      return writeQuery(action, namespace, await operation(readQuery(parameters), caller))
    },
    refuse: (error) => writeQueryError(error, namespace),
  }
}

/** EC2's own error format. */
export function writeEc2Error(error: AwsError): Answer {
  const body =
    `<Response><Errors><Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>` +
    `</Error></Errors><RequestID>${randomUUID()}</RequestID></Response>`
  return { status: error.status, headers: { 'content-type': 'text/xml' }, body }
}
