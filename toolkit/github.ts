import { readFileSync } from 'node:fs'
import type { Environment } from './runtime.ts'

/** The workflow run that an action is part of. Members are '' where it runs outside GitHub. */
export interface WorkflowRun {
  /** owner/name */
  readonly repository: string
  readonly repositoryUrl: string
  readonly sha: string
  readonly commitUrl: string
  /** The branch or tag, without refs/heads/ or refs/tags/. */
  readonly refName: string
  readonly actor: string
  readonly workflow: string
  readonly job: string
  readonly eventName: string
  readonly id: string
  readonly attempt: string
  readonly url: string
}

/** Reads the run from the runner's default environment variables. */
export function readWorkflowRun(env: Environment): WorkflowRun {
  const read = (name: string) => env[name] ?? ''
  const repository = read('GITHUB_REPOSITORY')
  const repositoryUrl = repository === '' ? '' : `${read('GITHUB_SERVER_URL') || 'https://github.com'}/${repository}`
  const sha = read('GITHUB_SHA')
  const id = read('GITHUB_RUN_ID')
  const attempt = read('GITHUB_RUN_ATTEMPT') || '1'
  const below = (path: string, key: string) => (repositoryUrl === '' || key === '' ? '' : `${repositoryUrl}/${path}`)
  return {
    repository,
    repositoryUrl,
    sha,
    commitUrl: below(`commit/${sha}`, sha),
    refName: read('GITHUB_REF_NAME'),
    actor: read('GITHUB_ACTOR'),
    workflow: read('GITHUB_WORKFLOW'),
    job: read('GITHUB_JOB'),
    eventName: read('GITHUB_EVENT_NAME'),
    id,
    attempt,
    url: below(`actions/runs/${id}/attempts/${attempt}`, id),
  }
}

/** The payload of the event that started the run; `undefined` outside GitHub. Throws when its file cannot be read. */
export function readEventPayload(env: Environment): unknown {
  const path = env['GITHUB_EVENT_PATH'] ?? ''
  return path === '' ? undefined : JSON.parse(readFileSync(path, 'utf8'))
}
