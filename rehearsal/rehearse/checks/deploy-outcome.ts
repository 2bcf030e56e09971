// Compares what the workflow reports with what the journal recorded. The journal is the truth.
import type { Entry } from './journal.ts'

export type Verdict = 'succeeded' | 'rolled-back' | 'failed' | 'superseded' | 'timed-out' | 'cancelled' | 'unknown'

/** What the workflow reports about its deploy. */
export interface ReportedDeploy {
  readonly verdict: string
  readonly taskDefinition: string
  /** The image of build-image, pinned to its digest. */
  readonly image: string
}

export interface DeployCheck {
  /** By the journal. */
  readonly verdict: Verdict
  /** Differences between report and journal, and signs of a failed deploy. */
  readonly problems: readonly string[]
}

const verdicts: Readonly<Record<string, Verdict>> = {
  SUCCESSFUL: 'succeeded',
  ROLLBACK_SUCCESSFUL: 'rolled-back',
  ROLLBACK_FAILED: 'failed',
  STOPPED: 'failed',
}

/** STOPPED has two meanings, which only the reason distinguishes. */
const verdictOf = (last: Entry | undefined): Verdict =>
  last?.['status'] === 'STOPPED' && /^Replaced by/.test(String(last['statusReason']))
    ? 'superseded'
    : (verdicts[String(last?.['status'])] ?? 'unknown')

/** Checks one deploy. `entries` are the journal's since it began. */
export function checkDeploy(entries: readonly Entry[], reported: ReportedDeploy): DeployCheck {
  const about = (type: string) =>
    entries.filter((entry) => entry.type === type && entry['taskDefinition'] === reported.taskDefinition)
  const last = about('service-deployment').at(-1)
  const verdict = verdictOf(last)
  const running = about('task').filter((entry) => entry['lastStatus'] === 'RUNNING')
  const healthy = entries.filter((entry) => entry.type === 'target' && entry['to'] === 'healthy')

  const problems = [
    verdict === reported.verdict
      ? undefined
      : `deploy-ecs reports ${reported.verdict || 'nothing'}, but the journal has ${verdict} (${last?.['status'] ?? 'no service deployment'} of ${reported.taskDefinition || 'no task definition'})`,
    verdict === 'succeeded'
      ? undefined
      : `the deploy ended as ${verdict}: ${last?.['statusReason'] ?? 'no reason given'}`,
    running.length > 0 ? undefined : `no task of ${reported.taskDefinition || 'the new revision'} reached RUNNING`,
    healthy.length > 0 ? undefined : 'no target became healthy',
    /@sha256:[0-9a-f]{64}$/.test(reported.image)
      ? undefined
      : `the image is not pinned to a digest: ${reported.image || 'none'}`,
  ]
  return { verdict, problems: problems.filter((problem) => problem !== undefined) }
}

/** Failed requests, as the load balancer recorded them. */
export function failedRequests(entries: readonly Entry[]): string[] {
  return entries
    .filter((entry) => entry.type === 'request' && entry['outcome'] === 'failed')
    .map((entry) => `${entry['method']} ${entry['path']} → ${entry['status'] ?? 'cut off'}: ${entry['cause']}`)
}

/** The last event that the simulated Datadog accepted, or `null`. */
export function eventOf(entries: readonly Entry[]): unknown {
  const taken = entries.filter(
    (entry) => entry.type === 'datadog' && entry['outcome'] === 'ok' && entry['event'] !== undefined,
  )
  return taken.at(-1)?.['event'] ?? null
}
