import { InputError } from '../../../../toolkit/errors.ts'

/** Which service, in which cluster. Both are short names. */
export interface ServiceName {
  readonly cluster: string
  readonly service: string
  /** Where it has to be, where an ARN says so. */
  readonly place?: ArnLocation
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
  readonly place?: ArnLocation
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
function readArn(value: string, kind: string, input: string): { readonly path: string; readonly place?: ArnLocation } {
  const [, region, account, of, path] = /^arn:[\w-]+:ecs:([\w-]+):(\d{12}):(\w+)\/(.+)$/.exec(value) ?? []
  if (region === undefined || account === undefined || path === undefined || of !== kind) return { path: value }
  return { path, place: { input, region, account } }
}

/** @throws InputError when an ARN is of another region than that of this step, where the name is somebody else's. */
export function refuseOtherRegion(names: readonly ServiceName[], region: string): void {
  for (const name of names) {
    const { place } = name
    if (place === undefined || place.region === region) continue
    throw new InputError(
      place.input,
      `says that \`${nameOf(name)}\` is in ${place.region}, but this step works in ${region}.`,
      { hint: `Set \`aws-region: ${place.region}\`, or correct the ARN.` },
    )
  }
}

/** @throws InputError when the service that the credentials lead to is in another account than the ARN that was given. */
export function refuseOtherAccountOf(name: ServiceName, foundArn: string): void {
  const [, , , , account] = foundArn.split(':')
  const { place } = name
  if (place === undefined || account === undefined || place.account === account) return
  throw new InputError(
    place.input,
    `says that \`${nameOf(name)}\` is in account ${place.account}, but the credentials are of account ${account}, which has one of that name too.`,
    { hint: 'Assume a role of the right account, or correct the ARN.' },
  )
}

const isName = (text: string | undefined): text is string => text !== undefined && /^[\w-]{1,255}$/.test(text)
