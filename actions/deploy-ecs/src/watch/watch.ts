import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import type { Log } from '../../../../toolkit/log.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRetryable } from '../aws/errors.ts'
import { nameOf } from '../aws/service-name.ts'
import type { Observation } from '../observe/model.ts'
import { Observer } from '../observe/observer.ts'
import type { Rollout } from '../observe/rollout.ts'
import { type Memory, NOTHING_YET, remember } from './memory.ts'
import { narrate } from './narrate.ts'
import { addSample, type Timeline } from './timeline.ts'
import { type Criteria, decide, type Verdict } from './verdict.ts'
import { outcomeUnknown } from './verdicts-without-observation.ts'

/** A rollout that is being followed, and what is known of it so far. */
export interface Watch {
  readonly rollout: Rollout
  memory: Memory
  timeline: Timeline
  latest: Observation
  serviceDeploymentArn?: string
  verdict?: Verdict
  /** The revision that a rollback of ours brought back. */
  backTo?: string
}

/** A rollout as it is right after it was started. */
export const beginWatch = (rollout: Rollout, at: number): Watch => ({
  rollout,
  memory: NOTHING_YET,
  timeline: [],
  latest: { at, service: rollout.service },
})

export interface FollowOptions {
  /** Whether lines say which service they are about: there is more than one, here or elsewhere. */
  readonly named?: boolean
  /** Told of each watch the moment that it has its verdict. */
  readonly onVerdict?: (watch: Watch) => void
}

/** Follows rollouts until each has its verdict. Each watch is kept up to date, also when this ends with an error. */
export async function follow(
  aws: AwsCalls,
  log: Log,
  watches: readonly Watch[],
  criteria: Criteria,
  { named = watches.length > 1, onVerdict }: FollowOptions = {},
): Promise<void> {
  const rollouts = watches.map(({ rollout }) => rollout)
  const observer = new Observer(aws.brief(), rollouts, criteria.waitFor !== 'started', (message) => log.notice(message))
  const tell = (watch: Watch, line: string) => log.info(named ? `[${nameOf(watch.rollout.name)}] ${line}` : line)
  const begun = aws.clock.now()
  for (;;) {
    throwIfCancelled(aws.signal)
    const open = watches.filter(({ verdict }) => verdict === undefined)
    if (open.length === 0) return
    await lookOnce(aws, log, observer, open, criteria, tell)
    for (const watch of open) {
      if (watch.verdict === undefined) continue
      if (watches.length > 1) tell(watch, describeVerdict(watch.verdict))
      onVerdict?.(watch)
    }
    if (watches.every(({ verdict }) => verdict !== undefined)) return
    const now = aws.clock.now()
    const pause = Math.min(pauseAfter(now - begun), Math.max(0, criteria.deadline - now))
    await aws.clock.sleep(Math.max(pause, 100), aws.signal)
  }
}

/** Of several services, each is told as soon as it is decided. */
const describeVerdict = ({ status, reason }: Verdict): string =>
  `${status.charAt(0).toUpperCase()}${status.slice(1)}. ${reason}`

async function lookOnce(
  aws: AwsCalls,
  log: Log,
  observer: Observer,
  open: readonly Watch[],
  criteria: Criteria,
  tell: (watch: Watch, line: string) => void,
): Promise<void> {
  try {
    const seen = await observer.look(open.map(({ rollout }) => rollout))
    for (const watch of open) {
      const look = seen.get(nameOf(watch.rollout.name))
      if (look === undefined) continue
      if ('error' in look) failed(aws, log, watch, look.error, criteria)
      else take(watch, observer, look.observation, criteria, tell)
    }
  } catch (error) {
    throwIfCancelled(aws.signal)
    for (const watch of open) failed(aws, log, watch, error, criteria)
  }
}

/** Being out of time is decided where all is decided; a failure that does not pass will not go away by waiting. */
function failed(aws: AwsCalls, log: Log, watch: Watch, error: unknown, criteria: Criteria): void {
  const now = aws.clock.now()
  if (!isRetryable(error)) watch.verdict = outcomeUnknown(describeError(error))
  else if (now >= criteria.deadline) watch.verdict = timeIsUp(watch, now, criteria)
  else log.debug(`This look at ${nameOf(watch.rollout.name)} failed: ${describeError(error)}`)
}

function take(
  watch: Watch,
  observer: Observer,
  observation: Observation,
  criteria: Criteria,
  tell: (watch: Watch, line: string) => void,
): void {
  const { rollout } = watch
  const before = watch.latest
  watch.memory = remember(watch.memory, rollout, observation)
  for (const line of narrate(rollout, before, observation)) tell(watch, line)
  watch.timeline = addSample(watch.timeline, rollout, observation)
  // What was not read this time is as it was: the next change is told against it.
  watch.latest = { ...keptFrom(before), ...observation }
  const arn = observer.serviceDeploymentOf(rollout)
  if (arn !== undefined) watch.serviceDeploymentArn = arn
  const decision = decide(rollout, criteria, watch.latest, watch.memory)
  if (decision.kind === 'decided') watch.verdict = decision.verdict
}

const keptFrom = ({ tasks, targets }: Observation) => ({
  ...(tasks === undefined ? {} : { tasks }),
  ...(targets === undefined ? {} : { targets }),
})

function timeIsUp(watch: Watch, at: number, criteria: Criteria): Verdict {
  const decision = decide(watch.rollout, criteria, { ...watch.latest, at }, watch.memory)
  return decision.kind === 'decided' ? decision.verdict : outcomeUnknown('The time-out is over.')
}

/** Every few seconds at first, when most is decided; less often the longer it takes. */
export function pauseAfter(elapsedMs: number): number {
  if (elapsedMs < 60_000) return 2_000
  if (elapsedMs < 300_000) return 3_000
  return elapsedMs < 600_000 ? 5_000 : 10_000
}
