import { randomUUID } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import type { Answer } from '../kernel/call.ts'
import type { AwsError } from '../kernel/errors.ts'
import { escapeXml } from '../kernel/protocol/query.ts'
import { malformedXml } from './errors.ts'

/** Elements by name. A list becomes one element for each item, without an outer element, as in S3. */
export interface Elements {
  readonly [name: string]: Value | readonly Value[] | undefined
}
type Value = string | number | boolean | Date | Elements

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

export function xmlAnswer(root: string, elements: Elements): Answer {
  return xmlDocument(root, write(elements))
}

export function xmlDocument(root: string, inside: string): Answer {
  return document(200, `<${root} xmlns="${NAMESPACE}">${inside}</${root}>`)
}

/** S3's errors. Unlike other AWS services, S3 has no element around `Error`. */
export function writeS3Error(error: AwsError): Answer {
  const elements = { Code: error.code, Message: error.message, ...(error.detail as Elements), RequestId: randomUUID() }
  return document(error.status, `<Error>${write(elements)}</Error>`)
}

function document(status: number, xml: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': randomUUID() },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`,
  }
}

function write(elements: Elements): string {
  return Object.entries(elements)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((item) => ({ name, item: item as Value | undefined })),
    )
    .map(({ name, item }) => (item === undefined ? '' : `<${name}>${text(item)}</${name}>`))
    .join('')
}

function text(value: Value): string {
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? write(value) : escapeXml(String(value))
}

const parser = new XMLParser({ parseTagValue: false, trimValues: false, isArray: (name) => name === 'Object' })

/** Reads a body whose outermost element is `root`. */
export function readXml(body: Buffer, root: string): Readonly<Record<string, unknown>> {
  let parsed: unknown
  try {
    parsed = parser.parse(body)
  } catch {
    throw malformedXml()
  }
  const element = (parsed as Record<string, unknown>)[root]
  if (typeof element !== 'object' || element === null) throw malformedXml()
  return element as Record<string, unknown>
}
