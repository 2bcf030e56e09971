import { createHash } from 'node:crypto'
import type { DatadogRequest } from '../api/client.ts'
import { type Deploy, type DeployedService, nameOfCode, type Status } from '../deploy/deploy.ts'

/** Whether users can have got a new version, if only for a while. DORA counts no other deploy. */
export const isDeployment = (status: Status): boolean => status === 'succeeded' || isFailure(status)

/** Whether DORA counts the deployment as a change failure. */
export const isFailure = (status: Status): boolean =>
  status === 'failed' || status === 'rolled-back' || status === 'timed-out'

/** One service's deployment, for Datadog's DORA metrics. */
export function doraDeployment(deploy: Deploy, service: DeployedService, tags: readonly string[]): DatadogRequest {
  const { environment, team } = deploy
  const { repositoryUrl } = deploy.commit
  const { commit } = service.code
  return {
    operation: `record the DORA deployment of \`${service.name}\``,
    method: 'POST',
    host: 'api',
    path: '/api/v2/dora/deployment',
    keys: 'api',
    body: {
      data: {
        attributes: {
          service: service.name,
          started_at: nanoseconds(deploy.startedAt),
          finished_at: nanoseconds(Math.max(deploy.startedAt, deploy.finishedAt ?? deploy.startedAt)),
          id: doraId(deploy.id, service.name),
          version: nameOfCode(service.code),
          env: environment,
          team,
          ...(commit === undefined || repositoryUrl === ''
            ? {}
            : { git: { repository_url: repositoryUrl, commit_sha: commit } }),
          ...(tags.length === 0 ? {} : { custom_tags: tags }),
        },
      },
    },
  }
}

/** A deployment in Datadog: of a deploy of ours, or the last one of a version. */
export type DoraTarget =
  | { readonly deployId: string; readonly service: string }
  | { readonly version: string; readonly service: string; readonly env: string }

/** The deployment that undid another one, by its DORA id. */
export interface Remediation {
  readonly id: string
  /** To the old version, or to a newer one. */
  readonly type: 'rollback' | 'rollforward'
}

/** Marks a deployment as a change failure. */
export function doraFailure(target: DoraTarget, remediation?: Remediation): DatadogRequest {
  const failure = { change_failure: true, ...(remediation === undefined ? {} : { remediation }) }
  const common = { method: 'PATCH', host: 'api', keys: 'both', mayLag: true } as const
  const type = 'dora_deployment_patch_request'
  if ('version' in target) {
    const { service, version } = target
    return {
      ...common,
      operation: `mark the DORA deployment of version \`${version}\` of \`${service}\` as a change failure`,
      path: '/api/v2/dora/deployments',
      body: { data: { type, attributes: { ...target, ...failure } } },
    }
  }
  const id = doraId(target.deployId, target.service)
  return {
    ...common,
    operation: `mark the DORA deployment of \`${target.service}\` as a change failure`,
    path: `/api/v2/dora/deployments/${encodeURIComponent(id)}`,
    body: { data: { id, type, attributes: failure } },
  }
}

/** The id of a deployment of one service. The same for every run of the step, so that none is counted twice. */
export function doraId(deployId: string, service: string): string {
  const readable = `${deployId}:${service}`.replace(/[^A-Za-z0-9._:-]/g, '.').slice(0, 110)
  return `${readable}:${createHash('sha256').update(`${deployId}\n${service}`).digest('hex').slice(0, 16)}`
}

/** Milliseconds as nanoseconds. Exact as JSON: the shortest number that reads back the same ends in six zeros. */
export const nanoseconds = (ms: number): number => ms * 1_000_000
