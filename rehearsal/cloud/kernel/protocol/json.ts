import { randomUUID } from 'node:crypto'
import type { Answer, Members, Operations } from '../call.ts'
import { AwsError } from '../errors.ts'
import type { Service } from '../service.ts'

const headers = () => ({ 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })

/** Reads the body of an AWS JSON request. Throws SerializationException as AWS does. */
function readJson(body: Buffer): Members {
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  } catch {
    // Handled below, like any body that is not an object.
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object.')
}

/** Writes an answer in AWS JSON 1.1: times are seconds since the epoch. */
function writeJson(value: Members): Answer {
  return { status: 200, headers: headers(), body: JSON.stringify(value, seconds) }
}

export function writeJsonError(error: AwsError): Answer {
  return {
    status: error.status,
    headers: { ...headers(), 'x-amzn-errortype': error.code },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.detail }, seconds),
  }
}

/** JSON.stringify passes a Date as text, so read it from its parent. */
function seconds(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key]
  return raw instanceof Date ? raw.getTime() / 1000 : value
}

/** A service with AWS JSON 1.1: X-Amz-Target names the operation, after the service's prefix. */
export function jsonService(operations: Operations): Service {
  return {
    protocol: 'json',
    action: ({ headers }) => String(headers['x-amz-target'] ?? '').replace(/^.*\./, '') || 'UnknownOperation',
    answer: async (action, request, caller) => {
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined
      if (operation === undefined) {
        throw new AwsError('UnknownOperationException', `The rehearsal cloud does not know the operation ${action}.`)
      }
      return writeJson(await operation(readJson(request.body), caller))
    },
    refuse: writeJsonError,
  }
}
