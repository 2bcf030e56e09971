import type { Context } from '../iam/conditions.ts'
import type { AccessRequest } from '../iam/decide.ts'
import { formatGlobalArn } from '../kernel/arn.ts'
import type { Caller, Members, Request } from '../kernel/call.ts'
import { parametersOf, readQuery } from '../kernel/protocol/query.ts'
import type { Call } from '../kernel/service.ts'
import type { AccessTable, Facts } from './access.ts'
import { ECR_ACCESS } from './ecr.ts'
import { ECS_ACCESS } from './ecs.ts'
import { OTHER_ACCESS } from './others.ts'
import { s3Access } from './s3.ts'

const TABLES: Readonly<Record<string, AccessTable>> = { ecs: ECS_ACCESS, ecr: ECR_ACCESS, ...OTHER_ACCESS }

/** A call of which it is not known what IAM asks. */
export class UnknownAccess extends Error {
  override readonly name = 'UnknownAccess'
}

/**
 * What IAM is asked about a call of AWS's API: one request for each permission that it needs. Keys of resources' tags are not
 * known here. @throws UnknownAccess for calls that are not in the tables, so that none is allowed unseen.
 */
export function accessOf({ service, protocol, action, caller, request }: Call, facts: Facts): readonly AccessRequest[] {
  const table = TABLES[service]
  const entry = table !== undefined && Object.hasOwn(table, action) ? table[action] : undefined
  const needed =
    service === 's3' ? s3Access(action, request) : entry?.({ scope: caller, input: inputOf(protocol, request), facts })
  if (needed === undefined) throw new UnknownAccess(`It is not known which permissions ${service}:${action} needs.`)
  const global = globalKeys(caller)
  return needed.map((one) => ({ ...one, context: { ...global, ...one.context } }))
}

const inputOf = (protocol: Call['protocol'], request: Request): Members =>
  protocol === 'query'
    ? readQuery(parametersOf(request))
    : (JSON.parse(request.body.toString('utf8') || '{}') as Members)

/** The endpoint stands for AWS's, which has TLS. */
const globalKeys = ({ account, arn, region, role }: Caller): Context => ({
  'aws:PrincipalAccount': account,
  // Of a session it is the role's.
  'aws:PrincipalArn': role === undefined ? arn : formatGlobalArn('iam', account, `role/${role}`),
  'aws:RequestedRegion': region,
  'aws:SecureTransport': 'true',
})
