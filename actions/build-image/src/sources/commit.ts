import { readEventPayload, readWorkflowRun, type WorkflowRun } from '../../../../toolkit/github.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'

/** The commit that is built. */
export interface Commit {
  readonly run: WorkflowRun
  /** Time of the commit in seconds since 1970. The image's time, in place of the time of the build. */
  readonly epoch: number
  /** Source of the time, for the log. */
  readonly epochFrom: string
  readonly title: string
  readonly description: string
  readonly license: string
}

/**
 * Reads the commit from the run, its event and git. SOURCE_DATE_EPOCH takes precedence, as its specification says. Every build
 * of a commit needs the same time, so without any it is 1980, the first year that all archive formats support.
 */
export async function readCommit(
  context: string,
  { env, query, signal }: Pick<World, 'env' | 'query' | 'signal'>,
): Promise<Commit> {
  const run = readWorkflowRun(env)
  const event = readEvent(env)
  const details = { run, title: event.name, description: event.description, license: event.license }
  const given = Number(env['SOURCE_DATE_EPOCH'] || Number.NaN)
  if (Number.isSafeInteger(given) && given >= 0) return { ...details, epoch: given, epochFrom: 'SOURCE_DATE_EPOCH' }
  const git = await query('git', ['log', '-1', '--format=%ct', ...(run.sha === '' ? [] : [run.sha])], {
    cwd: context,
    env: childEnvironment(env),
    signal,
  }).catch(() => undefined)
  if (git?.code === 0 && /^\d+$/.test(git.stdout.trim()))
    return { ...details, epoch: Number(git.stdout.trim()), epochFrom: 'git' }
  const pushed = Date.parse(event.timestamp) / 1000
  if (pushed >= 0) return { ...details, epoch: Math.floor(pushed), epochFrom: 'the event' }
  return { ...details, epoch: 315_532_800, epochFrom: 'the default, as neither git nor the event has a time' }
}

/** The labels of the OCI image specification that the run has values for. `own` labels replace them. */
export function imageLabels(commit: Commit, own: readonly Pair[]): readonly Pair[] {
  const { run, title, description, license, epoch } = commit
  const labels: Record<string, string> = {
    'org.opencontainers.image.title': title || (run.repository.split('/')[1] ?? ''),
    'org.opencontainers.image.description': description,
    'org.opencontainers.image.url': run.repositoryUrl,
    'org.opencontainers.image.source': run.repositoryUrl,
    'org.opencontainers.image.version': run.refName,
    // The commit's time: with the time of the build, no two builds would be equal.
    'org.opencontainers.image.created': new Date(epoch * 1000).toISOString(),
    'org.opencontainers.image.revision': run.sha,
    'org.opencontainers.image.licenses': license,
  }
  for (const { key, value } of own) labels[key] = value
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => ({ key, value }))
}

interface Event {
  readonly name: string
  readonly description: string
  readonly license: string
  readonly timestamp: string
}

interface Payload {
  readonly head_commit?: { readonly timestamp?: string } | null
  readonly repository?: {
    readonly name?: string
    readonly description?: string | null
    readonly license?: { readonly spdx_id?: string } | null
  }
}

function readEvent(env: Environment): Event {
  let event: Payload | undefined
  try {
    event = readEventPayload(env) as Payload | undefined
  } catch {
    // Without the event some labels are missing. Nothing else depends on it.
  }
  const { name, description, license } = event?.repository ?? {}
  return {
    name: name ?? '',
    description: description ?? '',
    license: license?.spdx_id ?? '',
    timestamp: event?.head_commit?.timestamp ?? '',
  }
}
