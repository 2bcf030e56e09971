import { InputError } from '../../../toolkit/errors.ts'

/** Which service, in which cluster. Both are short names. */
export interface ServiceName {
  readonly cluster: string
  readonly service: string
}

/** `cluster/service`, for people. */
export const nameOf = ({ cluster, service }: ServiceName): string => `${cluster}/${service}`

/**
 * Reads one item of the input `service`: `web`, `prod/web`, or a service's ARN. `cluster` is the cluster of those that
 * do not name their own, `input` the input that has the item.
 */
export function parseServiceName(item: string, cluster: string, input = 'service'): ServiceName {
  const path = /^arn:[\w-]+:ecs:[\w-]+:\d{12}:service\/(.+)$/.exec(item)?.[1] ?? item
  const [first, second, ...rest] = path.split('/')
  if (!isName(first) || (second !== undefined && !isName(second)) || rest.length > 0) {
    throw new InputError(input, `has the item \`${item}\`, which does not name a service.`, {
      hint: 'Write a name such as `web`, a cluster and a name such as `prod/web`, or a service ARN.',
    })
  }
  return second === undefined ? { cluster, service: first } : { cluster: first, service: second }
}

/** Reads the input `cluster`: a name or an ARN. */
export function parseClusterName(value: string): string {
  const name = /^arn:[\w-]+:ecs:[\w-]+:\d{12}:cluster\/(.+)$/.exec(value)?.[1] ?? value
  if (!isName(name)) {
    throw new InputError('cluster', `is \`${value}\`, which does not name a cluster.`, {
      hint: 'Write a name such as `prod`, or a cluster ARN.',
    })
  }
  return name
}

const isName = (text: string | undefined): text is string => text !== undefined && /^[\w-]{1,255}$/.test(text)
