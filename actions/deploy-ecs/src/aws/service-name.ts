import { parseArn, splitResource } from '../../../../toolkit/aws/arn.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { accountOf } from './short-names.ts'

/** Which service, in which cluster. Both are short names. */
export interface ServiceName {
  readonly cluster: string
  readonly service: string
  /** Where it has to be, where an ARN says so. */
  readonly location?: ArnLocation
}

/** Where an ARN says that something is. */
export interface ArnLocation {
  /** The input that has the ARN. */
  readonly input: string
  readonly region: string
  readonly account: string
}

/** The cluster of the services that do not name their own. */
export interface ClusterName {
  readonly cluster: string
  readonly location?: ArnLocation
}

/** `cluster/service`, for people. */
export const nameOf = ({ cluster, service }: ServiceName): string => `${cluster}/${service}`

/**
 * Reads one item of the input `service`: `web`, `prod/web`, or a service's ARN. `cluster` is the cluster of those that
 * do not name their own, `input` the input that has the item.
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

/** Reads the input `cluster`: a name or an ARN. */
export function parseClusterName(value: string): ClusterName {
  const { path: name, ...where } = readArn(value, 'cluster', 'cluster')
  if (!isName(name)) {
    throw new InputError('cluster', `is \`${value}\`, which does not name a cluster.`, {
      hint: 'Write a name such as `prod`, or a cluster ARN.',
    })
  }
  return { cluster: name, ...where }
}

/** The name in an ARN, and where that says it is; anything else as it is. */
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

/** @throws InputError when an ARN is of another region than that of this step, where the name is somebody else's. */
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

/** @throws InputError when the service that the credentials lead to is in another account than the ARN that was given. */
export function refuseOtherAccountOf(name: ServiceName, foundArn: string): void {
  const account = accountOf(foundArn)
  const { location } = name
  if (location === undefined || account === '' || location.account === account) return
  throw new InputError(
    location.input,
    `says that \`${nameOf(name)}\` is in account ${location.account}, but the credentials are of account ${account}, which has one of that name too.`,
    { hint: 'Assume a role of the right account, or correct the ARN.' },
  )
}

const isName = (text: string | undefined): text is string => text !== undefined && /^[\w-]{1,255}$/.test(text)
