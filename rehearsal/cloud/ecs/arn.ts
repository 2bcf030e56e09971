import { formatArn, parseArn } from '../kernel/arn.ts'
import type { Scope } from '../kernel/call.ts'

/** ARN of an ECS resource, such as `ecsArn(scope, 'cluster', 'web')`. */
export const ecsArn = (scope: Scope, kind: string, name: string): string => formatArn('ecs', scope, `${kind}/${name}`)

/** Splits an ECS ARN into its kind and the path after it. Returns `undefined` for anything else. */
export function parseEcsArn(text: string): { kind: string; path: readonly string[]; scope: Scope } | undefined {
  const { service, region, account, resource = '' } = parseArn(text) ?? {}
  const [kind = '', ...path] = resource.split('/')
  if (service !== 'ecs' || !region || !account || path.join('/') === '') return undefined
  return { kind, path, scope: { region, account } }
}

/** Name or id at the end of an ARN. Other text is a name already. */
export const nameOf = (nameOrArn: string): string => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1)
