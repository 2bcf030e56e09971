// Not @aws-sdk/util-arn-parser: it brings the SDK's protocols along, and takes any text with five colons for an ARN.

/**
 * The parts of an ARN. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 * `region` and `accountId` are '' where the service has none, as for IAM and S3.
 */
export interface Arn {
  /** `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, `aws-iso`, … */
  readonly partition: string
  readonly service: string
  readonly region: string
  /** Twelve digits; `aws` for what AWS itself provides, such as managed policies. */
  readonly accountId: string
  /** All that follows the account: `service/prod/web`, `role/ci/deploy`, `secret:db-AbCdEf`. */
  readonly resource: string
}

const ARN = /^arn:(aws(?:-[a-z]+)*):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws|):(\S+)$/

/** Parses an ARN of any partition; `undefined` for a text that is none. */
export function parseArn(text: string): Arn | undefined {
  const [, partition = '', service = '', region = '', accountId = '', resource = ''] = ARN.exec(text) ?? []
  return resource === '' ? undefined : { partition, service, region, accountId, resource }
}

export const formatArn = ({ partition, service, region, accountId, resource }: Arn): string =>
  `arn:${partition}:${service}:${region}:${accountId}:${resource}`

/**
 * Type and id of a resource: `role` and `ci/deploy` of `role/ci/deploy`, `secret` and `db-AbCdEf` of `secret:db-AbCdEf`. The type
 * is '' where there is none, as for an SNS topic.
 */
export function splitResource({ resource }: Arn): { readonly type: string; readonly id: string } {
  const at = resource.search(/[:/]/)
  return { type: at < 0 ? '' : resource.slice(0, at), id: resource.slice(at + 1) }
}

/** Resource name of an ARN, such as `web:42` of a task definition: what follows the last slash. */
export const resourceName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
