import { parseArn, splitResource } from '../../../../toolkit/aws/arn.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { accountOf } from './short-names.ts'

/** A service by name. */
export interface ServiceName {
  readonly cluster: string
  readonly service: string
  /** Region and account, where the input has an ARN. */
  readonly location?: ArnLocation
}

/** Region and account of an ARN in an input. */
export interface ArnLocation {
  /** The input that has the ARN. */
  readonly input: string
  readonly region: string
  readonly account: string
}

/** A cluster by name. */
export interface ClusterName {
  readonly cluster: string
  readonly location?: ArnLocation
}

/** `cluster/service`, for messages and as a key. */
export const nameOf = ({ cluster, service }: ServiceName): string => `${cluster}/${service}`

/**
 * Parses one item of the input `service`: `web`, `prod/web`, or the ARN of a service. `cluster`: for an item without a cluster.
 * `input`: the input that has the item. @throws InputError
 */
export function parseServiceName(item: string, cluster: ClusterName, input = 'service'): ServiceName {
  const { path, ...where } = readArn(item, 'service', input)
  const [first, second, ...rest] = path.split('/')
  if (!isName(first) || (second !== undefined && !isName(second)) || rest.length > 0) {
    throw new InputError(input, `has the item \`${item}\`, which does not name a service.`, {
      hint: 'Write a name such as `web`, a cluster and a name such as `prod/web`, or a service ARN.',
    })
  }
  return second === undefined ? { ...cluster, service: first, ...where } : { cluster: first, service: second, ...where }
}

/** Parses the input `cluster`: a name or an ARN. @throws InputError */
export function parseClusterName(value: string): ClusterName {
  const { path: name, ...where } = readArn(value, 'cluster', 'cluster')
  if (!isName(name)) {
    throw new InputError('cluster', `is \`${value}\`, which does not name a cluster.`, {
      hint: 'Write a name such as `prod`, or a cluster ARN.',
    })
  }
  return { cluster: name, ...where }
}

/** The name in an ARN of this kind, and its location. Any other text as it is. */
function readArn(
  value: string,
  kind: string,
  input: string,
): { readonly path: string; readonly location?: ArnLocation } {
  const arn = parseArn(value)
  if (arn?.service !== 'ecs' || arn.region === '' || arn.accountId === '') return { path: value }
  const { type, id } = splitResource(arn)
  return type === kind ? { path: id, location: { input, region: arn.region, account: arn.accountId } } : { path: value }
}

/** @throws InputError for an ARN of another region than that of this step: there, the same name is another service. */
export function refuseOtherRegion(names: readonly ServiceName[], region: string): void {
  for (const name of names) {
    const { location } = name
    if (location === undefined || location.region === region) continue
    throw new InputError(
      location.input,
      `says that \`${nameOf(name)}\` is in ${location.region}, but this step works in ${region}.`,
      { hint: `Set \`aws-region: ${location.region}\`, or correct the ARN.` },
    )
  }
}

/** @throws InputError when the service that was found is in another account than the ARN of the input. */
export function refuseOtherAccountOf(name: ServiceName, foundArn: string): void {
  const account = accountOf(foundArn)
  const { location } = name
  if (location === undefined || account === '' || location.account === account) return
  throw new InputError(
    location.input,
    `says that \`${nameOf(name)}\` is in account ${location.account}, but the credentials are of account ${account}, which has a service of the same name.`,
    { hint: 'Assume a role of the right account, or correct the ARN.' },
  )
}

const isName = (text: string | undefined): text is string => text !== undefined && /^[\w-]{1,255}$/.test(text)
