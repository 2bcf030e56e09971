import { randomUUID } from 'node:crypto'
import type { Answer } from '../call.ts'
import type { AwsError } from '../errors.ts'
import { escapeXml } from './query.ts'

/** An error in the XML of REST services. S3 has its own format, without the outer element. */
export function writeRestXmlError(error: AwsError): Answer {
  const body =
    `<ErrorResponse><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>` +
    `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error>` +
    `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`
  return { status: error.status, headers: { 'content-type': 'text/xml' }, body }
}

export function writeRestJsonError(error: AwsError): Answer {
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify({ message: error.message, ...error.detail }),
  }
}
