import type { RequestHead } from './call.ts'

/** The credential scope of a Signature Version 4 request. The rehearsal does not check signatures. */
export interface Signature {
  readonly accessKeyId: string
  readonly region: string
  /** The service's name in the credential scope, such as `ecs` or `elasticloadbalancing`. */
  readonly service: string
  readonly sessionToken: string | undefined
}

/** Reads the credential scope from the Authorization header, or from the query of a presigned URL. */
export function readSignature({ headers, url }: RequestHead): Signature | undefined {
  const signed = /^AWS4-[A-Z0-9-]+ +Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1]
  if (signed !== undefined) return readScope(signed, headers['x-amz-security-token']?.toString())
  const presigned = url.searchParams.get('X-Amz-Credential')
  if (presigned !== null) return readScope(presigned, url.searchParams.get('X-Amz-Security-Token') ?? undefined)
  return undefined
}

/** `ACCESSKEY/20260101/us-east-1/ecs/aws4_request`; an access key may itself hold no slash. */
function readScope(credential: string, sessionToken: string | undefined): Signature | undefined {
  const [accessKeyId, , region, service, end] = credential.split('/')
  if (!accessKeyId || !region || !service || end !== 'aws4_request') return undefined
  return { accessKeyId, region, service, sessionToken }
}
