import { readEventPayload, type WorkflowRun } from '../../../../toolkit/github.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { DeployedChange } from './deploy.ts'

/** Reads the commit message and the pull request from the event that started the workflow. Members may be missing. */
export function readDeployedChange(env: Environment, run: WorkflowRun): DeployedChange {
  if (run.eventName === 'schedule') return { scheduled: true }
  try {
    return deployedChangeOf((readEventPayload(env) ?? {}) as Payload, run)
  } catch {
    // The message is sent without them.
    return {}
  }
}

interface Payload {
  readonly pull_request?: { readonly number?: number; readonly html_url?: string; readonly title?: string }
  readonly head_commit?: { readonly message?: string } | null
}

/** The message and the pull request of what was changed: title and number of the pull request, else those of the head commit. */
export function deployedChangeOf(payload: Payload, run: WorkflowRun): DeployedChange {
  const { pull_request: request, head_commit: commit } = payload
  if (typeof request?.number === 'number' && typeof request.html_url === 'string') {
    return {
      ...(typeof request.title === 'string' ? { message: request.title } : {}),
      pullRequest: { number: request.number, url: request.html_url },
    }
  }
  if (typeof commit?.message !== 'string') return {}
  const number = mergedPullRequest(commit.message)
  return {
    message: commit.message,
    ...(number === undefined || run.repositoryUrl === ''
      ? {}
      : { pullRequest: { number, url: `${run.repositoryUrl}/pull/${number}` } }),
  }
}

/** The number that GitHub writes into the first line of a merge or squash commit. */
function mergedPullRequest(message: string): number | undefined {
  const first = message.split('\n', 1)[0] ?? ''
  const match = /^Merge pull request #(\d+) from /.exec(first) ?? / \(#(\d+)\)$/.exec(first.trimEnd())
  return match === null ? undefined : Number(match[1])
}
