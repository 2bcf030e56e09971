import type { Scope } from '../kernel/call.ts'

/** The ARN of something in ECS: `arn('cluster', 'web')`. */
export const arnOf = ({ region, account }: Scope, kind: string, name: string): string =>
  `arn:aws:ecs:${region}:${account}:${kind}/${name}`

/** Cuts an ARN of ECS into its kind and the path after it; `undefined` for anything else. */
export function parseArn(arn: string): { kind: string; path: readonly string[]; scope: Scope } | undefined {
  const match = /^arn:aws[\w-]*:ecs:([\w-]+):(\d{12}):([\w-]+)\/(.+)$/.exec(arn)
  if (match === null) return undefined
  const [, region = '', account = '', kind = '', path = ''] = match
  return { kind, path: path.split('/'), scope: { region, account } }
}

/** The name or id at the end of an ARN; what is not an ARN is a name already. */
export const nameOf = (nameOrArn: string): string => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1)
