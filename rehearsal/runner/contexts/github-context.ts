import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Push, RunOptions } from '../options.ts'

/** The `github` context's members that all jobs of a run share. Writes the event payload to a file for GITHUB_EVENT_PATH. */
export function githubContext(options: RunOptions, workflowName: string): Record<string, unknown> {
  const { trigger, repository } = options
  const refType = trigger.ref.startsWith('refs/tags/') ? 'tag' : 'branch'
  const event = payloadOf(options)
  const eventPath = join(options.temp, 'event.json')
  mkdirSync(options.temp, { recursive: true })
  writeFileSync(eventPath, JSON.stringify(event, null, 2))
  return {
    actor: trigger.actor,
    actor_id: '1',
    api_url: 'https://api.github.com',
    base_ref: '',
    event,
    event_name: trigger.event,
    event_path: eventPath,
    graphql_url: 'https://api.github.com/graphql',
    head_ref: '',
    ref: trigger.ref,
    ref_name: trigger.ref.replace(/^refs\/(heads|tags)\//, ''),
    ref_protected: false,
    ref_type: refType,
    repository,
    repository_id: '1',
    repository_owner: ownerOf(repository),
    repository_owner_id: '1',
    repositoryUrl: `git://github.com/${repository}.git`,
    retention_days: '90',
    run_attempt: '1',
    run_id: String(1_000_000 + options.runNumber),
    run_number: String(options.runNumber),
    server_url: 'https://github.com',
    sha: trigger.sha,
    token: options.settings.secrets['GITHUB_TOKEN'] ?? '',
    triggering_actor: trigger.actor,
    workflow: workflowName,
    workflow_ref: `${repository}/${options.workflow}@${trigger.ref}`,
    workflow_sha: trigger.sha,
  }
}

const exported = [
  'action',
  'action_path',
  'action_ref',
  'action_repository',
  'actor',
  'actor_id',
  'api_url',
  'base_ref',
  'event_name',
  'event_path',
  'graphql_url',
  'head_ref',
  'job',
  'ref',
  'ref_name',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'retention_days',
  'run_attempt',
  'run_id',
  'run_number',
  'server_url',
  'sha',
  'triggering_actor',
  'workflow',
  'workflow_ref',
  'workflow_sha',
  'workspace',
]

/** The GITHUB_* variables of a `github` context. */

export function githubVariables(github: Readonly<Record<string, unknown>>): Record<string, string> {
  const named = exported.flatMap((name): [string, string][] => {
    const value = github[name]
    return value === undefined ? [] : [[`GITHUB_${name.toUpperCase()}`, String(value)]]
  })
  return { CI: 'true', GITHUB_ACTIONS: 'true', ...Object.fromEntries(named) }
}

function payloadOf({ trigger, repository, workflow }: RunOptions): Record<string, unknown> {
  const person = { login: trigger.actor, name: trigger.actor, id: 1 }
  const url = `https://github.com/${repository}`
  return {
    ref: trigger.ref,
    ...(trigger.event === 'push' ? pushed(trigger, person, url) : { inputs: trigger.inputs, workflow }),
    sender: person,
    repository: {
      id: 1,
      name: repository.slice(repository.indexOf('/') + 1),
      full_name: repository,
      html_url: url,
      owner: { login: ownerOf(repository) },
      default_branch: 'main',
    },
  }
}

function pushed(push: Push, person: Readonly<Record<string, unknown>>, url: string): Record<string, unknown> {
  const commit = {
    id: push.sha,
    message: push.message,
    url: `${url}/commit/${push.sha}`,
    author: { ...person, email: `${push.actor}@users.noreply.github.com` },
  }
  return {
    before: push.before,
    after: push.sha,
    compare: `${url}/compare/${push.before}...${push.sha}`,
    commits: [commit],
    head_commit: commit,
    pusher: person,
  }
}

const ownerOf = (repository: string) => repository.slice(0, repository.indexOf('/'))
