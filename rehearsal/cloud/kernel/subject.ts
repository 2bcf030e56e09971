import type { Members, Request } from './call.ts'
import { parametersOf } from './protocol/query.ts'

// The journal records the resources of a request, and nothing that could be a secret: an allowlist of parameters.
const SUBJECTS: readonly string[] = [
  'cluster',
  'clusterName',
  'service',
  'services',
  'serviceName',
  'serviceDeploymentArn',
  'family',
  'taskDefinition',
  'task',
  'desiredCount',
  'forceNewDeployment',
  'repositoryName',
  'imageTag',
  'Name',
  'LoadBalancerArn',
  'ListenerArn',
  'TargetGroupArn',
  'RoleArn',
  'RoleSessionName',
  'RoleName',
]

/** The resources that a request names in its parameters. */
export function subjectOf(service: string, request: Request): Members | undefined {
  if (service === 's3') return { path: request.url.pathname }
  const members = request.headers['x-amz-target'] === undefined ? formOf(request) : jsonOf(request.body)
  const known = SUBJECTS.flatMap((name) => (isPlain(members[name]) ? [[name, members[name]]] : []))
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

const isPlain = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.every(isPlain))

const formOf = (request: Request): Members => Object.fromEntries(parametersOf(request))

function jsonOf(body: Buffer): Members {
  try {
    return (JSON.parse(body.toString('utf8')) ?? {}) as Members
  } catch {
    return {}
  }
}
