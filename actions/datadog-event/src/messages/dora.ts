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

/** Marks a deployment as a change failure; `remediation` is the DORA id of the deployment that undid it. */
export function doraFailure(deployId: string, service: string, remediation?: string): DatadogRequest {
  const id = doraId(deployId, service)
  return {
    operation: `mark the DORA deployment of \`${service}\` as a change failure`,
    method: 'PATCH',
    host: 'api',
    path: `/api/v2/dora/deployments/${encodeURIComponent(id)}`,
    keys: 'both',
    mayLag: true,
    body: {
      data: {
        id,
        type: 'dora_deployment_patch_request',
        attributes: {
          change_failure: true,
          ...(remediation === undefined ? {} : { remediation: { id: remediation, type: 'rollback' } }),
        },
      },
    },
  }
}

/** The id of a deployment of one service. The same for every run of the step, so that none is counted twice. */
export function doraId(deployId: string, service: string): string {
  const readable = `${deployId}:${service}`.replace(/[^A-Za-z0-9._:-]/g, '.').slice(0, 110)
  return `${readable}:${createHash('sha256').update(`${deployId}\n${service}`).digest('hex').slice(0, 16)}`
}

/** Milliseconds as nanoseconds. Exact as JSON: the shortest number that reads back the same ends in six zeros. */
const nanoseconds = (ms: number): number => ms * 1_000_000
