import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { poll } from '../../../../toolkit/poll.ts'
import { capitalize } from '../../../../toolkit/text/capitalize.ts'
import { isRetryable } from '../aws/errors.ts'
import { nameOf } from '../aws/service-name.ts'
import type { StartedRollout } from '../change/start-rollout.ts'
import type { Context } from '../inputs/context.ts'
import type { Observation } from '../observe/model.ts'
import { Observer } from '../observe/observer.ts'
import { describeChanges } from './describe-changes.ts'
import { failedChecks, readHealthChecks } from './health-checks.ts'
import { type Memory, NOTHING_YET, remember } from './memory.ts'
import { addSample, type Timeline } from './timeline.ts'
import { type Criteria, decide, type Verdict } from './verdict.ts'
import { outcomeUnknown } from './verdicts-without-observation.ts'

/** A rollout that is watched, and what is known of it so far. */
export interface Watch {
  readonly rollout: StartedRollout
  memory: Memory
  timeline: Timeline
  latest: Observation
  serviceDeploymentArn?: string
  /** False once the health checks of its target groups were asked for. */
  asksForChecks?: false
  verdict?: Verdict
  /** ARN of the revision that `on-failure` rolled the service back to. */
  rolledBackTo?: string
}

/** The watch of a rollout that was just started. `at`: milliseconds, by our clock. */
export const beginWatch = (rollout: StartedRollout, at: number): Watch => ({
  rollout,
  memory: NOTHING_YET,
  timeline: [],
  latest: { at, service: rollout.service },
})

export interface FollowOptions {
  /** Whether log lines name their service. Default: true for more than one watch. */
  readonly named?: boolean
  /** Called once for each watch, when its verdict is known. */
  readonly onVerdict?: (watch: Watch) => void
}

type WatchContext = Pick<Context, 'aws' | 'log'>

/** Watches rollouts until each has its verdict. Keeps each watch up to date, also when this throws. */
export async function follow(
  { aws, log }: WatchContext,
  watches: readonly Watch[],
  criteria: Criteria,
  { named = watches.length > 1, onVerdict }: FollowOptions = {},
): Promise<void> {
  const { clock, signal } = aws
  const follower = new Follower({ aws, log }, watches, criteria, named)
  const begun = clock.now()
  const look = async (): Promise<true | undefined> => {
    const open = watches.filter(({ verdict }) => verdict === undefined)
    if (open.length > 0) await follower.look(open)
    for (const watch of open) {
      if (watch.verdict === undefined) continue
      if (watches.length > 1) follower.log(watch, describeVerdict(watch.verdict))
      onVerdict?.(watch)
    }
    return watches.every(({ verdict }) => verdict !== undefined) ? true : undefined
  }
  // The last look happens at the deadline.
  const delayMs = () => {
    const now = clock.now()
    return Math.max(100, Math.min(pauseAfter(now - begun), criteria.deadline - now))
  }
  // `decide` ends each watch at the deadline.
  await poll(look, { clock, signal, timeoutMs: Number.POSITIVE_INFINITY, delayMs, what: 'the rollout' })
}

const describeVerdict = ({ status, reason }: Verdict): string => `${capitalize(status)}. ${reason}`

/** Takes one look after the other at the same rollouts. */
class Follower {
  readonly #context: WatchContext
  readonly #observer: Observer
  readonly #criteria: Criteria
  readonly #named: boolean

  constructor(context: WatchContext, watches: readonly Watch[], criteria: Criteria, named: boolean) {
    const { aws, log } = context
    const rollouts = watches.map(({ rollout }) => rollout)
    this.#context = context
    this.#criteria = criteria
    this.#named = named
    this.#observer = new Observer(aws.brief(), rollouts, criteria.waitFor !== 'started', (line) => log.notice(line))
  }

  log(watch: Watch, line: string): void {
    this.#context.log.info(this.#named ? `[${nameOf(watch.rollout.name)}] ${line}` : line)
  }

  /** Looks at the rollouts that have no verdict yet. */
  async look(open: readonly Watch[]): Promise<void> {
    try {
      const looks = await this.#observer.look(open.map(({ rollout }) => rollout))
      for (const watch of open) {
        const look = looks.get(nameOf(watch.rollout.name))
        if (look?.kind === 'failed') this.#failed(watch, look.error)
        else if (look !== undefined) await this.#take(watch, look.observation)
      }
    } catch (error) {
      throwIfCancelled(this.#context.aws.signal)
      for (const watch of open) this.#failed(watch, error)
    }
  }

  /** An error that a retry cannot fix ends the watch. Any other only uses up time, and `decide` says what that means. */
  #failed(watch: Watch, error: unknown): void {
    const { aws, log } = this.#context
    const now = aws.clock.now()
    if (!isRetryable(error)) watch.verdict = outcomeUnknown(describeError(error))
    else if (now >= this.#criteria.deadline) watch.verdict = this.#timeIsUp(watch, now)
    else log.debug(`Could not read ${nameOf(watch.rollout.name)} this time: ${describeError(error)}`)
  }

  async #take(watch: Watch, observation: Observation): Promise<void> {
    const { rollout } = watch
    const before = watch.latest
    watch.memory = remember(watch.memory, rollout, observation)
    for (const line of describeChanges(rollout, before, observation)) this.log(watch, line)
    watch.timeline = addSample(watch.timeline, rollout, observation)
    // What was not read this time is kept, so that the next look is compared with it.
    watch.latest = { ...keptFrom(before), ...observation }
    const arn = this.#observer.serviceDeploymentOf(rollout)
    if (arn !== undefined) watch.serviceDeploymentArn = arn
    await this.#learnHealthChecks(watch)
    const decision = decide(rollout, this.#criteria, watch.latest, watch.memory)
    if (decision.kind === 'decided') watch.verdict = decision.verdict
  }

  /** Reads the health checks once, when the first target has failed one: a deploy that goes well needs no such call. */
  async #learnHealthChecks(watch: Watch): Promise<void> {
    const { rollout, latest } = watch
    if (watch.asksForChecks === false || latest.service === undefined) return
    if (failedChecks(rollout, latest, watch.memory.healthChecks).length === 0) return
    watch.asksForChecks = false
    const healthChecks = await readHealthChecks(this.#context.aws.brief(), latest.service)
    watch.memory = { ...watch.memory, healthChecks }
  }

  #timeIsUp({ rollout, latest, memory }: Watch, at: number): Verdict {
    const decision = decide(rollout, this.#criteria, { ...latest, at }, memory)
    return decision.kind === 'decided' ? decision.verdict : outcomeUnknown('The time-out is over.')
  }
}

const keptFrom = ({ tasks, targets }: Observation) => ({
  ...(tasks === undefined ? {} : { tasks }),
  ...(targets === undefined ? {} : { targets }),
})

/** Milliseconds until the next look: short at first, when most is decided, and longer the longer a rollout takes. */
export function pauseAfter(elapsedMs: number): number {
  if (elapsedMs < 60_000) return 2_000
  if (elapsedMs < 300_000) return 3_000
  return elapsedMs < 600_000 ? 5_000 : 10_000
}
