// Whether what the deploy said is what happened. The journal is the truth; deploy-ecs's own words are only compared.
import type { Entry } from './journal.ts'

export type Verdict = 'succeeded' | 'rolled-back' | 'failed' | 'superseded' | 'timed-out' | 'cancelled' | 'unknown'

export interface Claim {
  readonly verdict: string
  readonly taskDefinition: string
  /** The image that build-image handed on, pinned to its digest. */
  readonly image: string
}

export interface Judgement {
  readonly verdict: Verdict
  /** What is not as claimed, or not as a good deploy leaves things. */
  readonly problems: readonly string[]
}

const verdicts: Readonly<Record<string, Verdict>> = {
  SUCCESSFUL: 'succeeded',
  ROLLBACK_SUCCESSFUL: 'rolled-back',
  ROLLBACK_FAILED: 'failed',
  STOPPED: 'failed',
}

/** STOPPED stands for two endings, which only the reason tells apart. */
const verdictOf = (last: Entry | undefined): Verdict =>
  last?.['status'] === 'STOPPED' && /^Replaced by/.test(String(last['statusReason']))
    ? 'superseded'
    : (verdicts[String(last?.['status'])] ?? 'unknown')

/** Judges one deploy by the entries of the journal since it began. */
export function judge(entries: readonly Entry[], claim: Claim): Judgement {
  const about = (type: string) =>
    entries.filter((entry) => entry.type === type && entry['taskDefinition'] === claim.taskDefinition)
  const last = about('service-deployment').at(-1)
  const verdict = verdictOf(last)
  const running = about('task').filter((entry) => entry['lastStatus'] === 'RUNNING')
  const healthy = entries.filter((entry) => entry.type === 'target' && entry['to'] === 'healthy')

  const problems = [
    verdict === claim.verdict
      ? undefined
      : `deploy-ecs says ${claim.verdict || 'nothing'}, the journal says ${verdict} (${last?.['status'] ?? 'no service deployment'} of ${claim.taskDefinition || 'no task definition'})`,
    verdict === 'succeeded'
      ? undefined
      : `the deploy ended as ${verdict}: ${last?.['statusReason'] ?? 'no reason given'}`,
    running.length > 0 ? undefined : `no task of ${claim.taskDefinition || 'the new revision'} was ever running`,
    healthy.length > 0 ? undefined : 'no target became healthy',
    /@sha256:[0-9a-f]{64}$/.test(claim.image)
      ? undefined
      : `the image is not pinned to a digest: ${claim.image || 'none'}`,
  ]
  return { verdict, problems: problems.filter((problem) => problem !== undefined) }
}

/** Requests that failed behind a load balancer, as it saw them. */
export function failedRequests(entries: readonly Entry[]): string[] {
  return entries
    .filter((entry) => entry.type === 'request' && entry['outcome'] === 'failed')
    .map((entry) => `${entry['method']} ${entry['path']} → ${entry['status'] ?? 'cut off'}: ${entry['cause']}`)
}

/** The last event that Datadog took. */
export function eventOf(entries: readonly Entry[]): unknown {
  const taken = entries.filter(
    (entry) => entry.type === 'datadog' && entry['outcome'] === 'ok' && entry['event'] !== undefined,
  )
  return taken.at(-1)?.['event'] ?? null
}
