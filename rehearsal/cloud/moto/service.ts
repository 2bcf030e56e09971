import type { Request, RequestHead } from '../kernel/call.ts'
import { writeJsonError } from '../kernel/protocol/json.ts'
import { parametersOf, writeEc2Error, writeQueryError } from '../kernel/protocol/query.ts'
import { writeRestJsonError, writeRestXmlError } from '../kernel/protocol/rest.ts'
import type { Protocol, Service } from '../kernel/service.ts'
import type { Moto } from './moto.ts'

/** A service that moto serves. Its protocol is known here, for the format of errors. */
export function motoService(moto: Moto, name: string, head: RequestHead): Service {
  const protocol = protocolOf(name, head)
  return {
    protocol,
    action: (request) => actionOf(protocol, request),
    answer: (_, request, caller) => moto.forward(request, caller),
    refuse: (error) => {
      switch (protocol) {
        case 'json':
          return writeJsonError(error)
        case 'query':
          return writeQueryError(error, `https://${name}.amazonaws.com/doc/`)
        case 'ec2':
          return writeEc2Error(error)
        case 'rest-xml':
          return writeRestXmlError(error)
        case 'rest-json':
          return writeRestJsonError(error)
      }
    },
  }
}

const SPEAK_REST_XML = new Set(['s3', 's3control', 'route53', 'cloudfront'])

function protocolOf(name: string, { headers }: RequestHead): Protocol {
  if (headers['x-amz-target'] !== undefined) return 'json'
  if (SPEAK_REST_XML.has(name)) return 'rest-xml'
  if (/^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? ''))
    return name === 'ec2' ? 'ec2' : 'query'
  return 'rest-json'
}

function actionOf(protocol: Protocol, request: Request): string {
  switch (protocol) {
    case 'json':
      return String(request.headers['x-amz-target']).replace(/^.*\./, '')
    case 'query':
    case 'ec2':
      return parametersOf(request).get('Action') ?? 'UnknownOperation'
    // The operation of a REST path would need AWS's service models, which the cloud does not read.
    case 'rest-xml':
    case 'rest-json':
      return `${request.method} ${request.url.pathname}`
  }
}
