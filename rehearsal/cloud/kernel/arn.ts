// Parses and formats ARNs for the whole rehearsal. Written apart from toolkit/aws/arn.ts on purpose: with shared code, a mistake
// of an action would also be the cloud's, and no rehearsal would find it.
import type { Scope } from './call.ts'

/** An ARN: `arn:partition:service:region:account:resource`. */
export interface Arn {
  readonly service: string
  /** Empty for global services such as IAM. */
  readonly region: string
  /** 12 digits; empty for some services, such as S3. */
  readonly account: string
  /** Such as `role/deploy-web`. */
  readonly resource: string
}

/** Parses an ARN of any partition. Returns `undefined` for other text. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:aws[\w-]*:([\w-]+):([\w-]*):(\d{12})?:(.+)$/.exec(text)
  if (match === null) return undefined
  const [, service = '', region = '', account = '', resource = ''] = match
  return { service, region, account, resource }
}

/** Formats an ARN in the partition `aws`, the only one that the rehearsal simulates. */
export const formatArn = (service: string, { region, account }: Scope, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`

/** Formats an ARN of IAM or STS. It has no region. */
export const formatGlobalArn = (service: 'iam' | 'sts', account: string, resource: string): string =>
  formatArn(service, { region: '', account }, resource)
