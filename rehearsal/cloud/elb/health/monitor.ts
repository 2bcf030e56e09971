import type { Prober, Target, TargetGroups, TargetHealth } from '../../interfaces.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Journal } from '../../kernel/journal.ts'
import { type RegisteredTarget, type TargetGroup, targetKey } from '../model.ts'
import { continueStreak, failureOf, judge } from './health-check.ts'

type Listener = Parameters<TargetGroups['onChange']>[0]

/** Delay of a new target's first health check. */
const registrationMs = 1_000

const registering: TargetHealth = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
}
const checking: TargetHealth = {
  state: 'initial',
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
}
const notInUse: TargetHealth = {
  state: 'unused',
  reason: 'Target.NotInUse',
  description: 'Target group is not configured to receive traffic from the load balancer',
}
const draining: TargetHealth = {
  state: 'draining',
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress',
}

/** Registers, checks, drains and removes targets. Each target has its own timer. */
export class HealthMonitor {
  readonly #clock: Clock
  readonly #journal: Journal
  readonly #prober: Prober
  readonly #listeners = new Set<Listener>()

  constructor(clock: Clock, journal: Journal, prober: Prober) {
    this.#clock = clock
    this.#journal = journal
    this.#prober = prober
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  register(group: TargetGroup, target: Target): void {
    const known = group.targets.get(targetKey(target))
    if (known !== undefined && known.health.state !== 'draining') {
      known.target = target
      return
    }
    const entry: RegisteredTarget = known ?? {
      target,
      health: notInUse,
      streak: 0,
      timer: undefined,
      round: {},
      underWay: new Set(),
      agent: undefined,
    }
    entry.target = target
    group.targets.set(targetKey(target), entry)
    this.#begin(group, entry, known?.health)
  }

  deregister(group: TargetGroup, target: Target): void {
    const entry = group.targets.get(targetKey(target))
    if (entry === undefined || entry.health.state === 'draining') return
    const unused = entry.health.state === 'unused'
    this.#stop(entry)
    const delayMs = Number(group.attributes.get('deregistration_delay.timeout_seconds') ?? 300) * 1_000
    if (unused || delayMs === 0) {
      this.#remove(group, entry)
      return
    }
    this.#change(group, entry, draining)
    entry.timer = this.#clock.after(delayMs, () => this.#remove(group, entry))
  }

  /** Starts the checks: a first rule forwards to the group. */
  attach(group: TargetGroup): void {
    for (const entry of group.targets.values()) {
      if (entry.health.state === 'unused') this.#begin(group, entry, entry.health)
    }
  }

  /** Stops the checks: no rule forwards to the group. */
  detach(group: TargetGroup): void {
    for (const entry of group.targets.values()) {
      if (entry.health.state === 'draining') continue
      this.#stop(entry)
      this.#change(group, entry, notInUse)
    }
  }

  /** Removes the group's targets at once. */
  forget(group: TargetGroup): void {
    for (const entry of [...group.targets.values()]) this.#remove(group, entry)
  }

  /** Stops the timers of the group's targets, when the cloud closes. */
  halt(group: TargetGroup): void {
    for (const entry of group.targets.values()) this.#stop(entry)
  }

  #begin(group: TargetGroup, entry: RegisteredTarget, before: TargetHealth | undefined): void {
    this.#stop(entry)
    const wanted = group.usedBy.size > 0
    entry.streak = 0
    entry.health = wanted ? registering : notInUse
    group.rotation = undefined
    this.#notify(group, entry.target, before, entry.health)
    if (!wanted) return
    entry.timer = this.#clock.after(registrationMs, () => {
      this.#change(group, entry, checking)
      return this.#check(group, entry)
    })
  }

  async #check(group: TargetGroup, entry: RegisteredTarget): Promise<void> {
    const { round } = entry
    const check = group.healthCheck
    const begun = this.#clock.now()
    const result = await this.#prober.probe(checkedTarget(entry.target, check.port), {
      protocol: check.protocol,
      path: check.path ?? '/',
      timeoutMs: check.timeoutSeconds * 1_000,
    })
    if (entry.round !== round) return
    const failure = failureOf(check, result)
    entry.streak = continueStreak(entry.streak, failure === undefined)
    this.#change(group, entry, judge(check, entry.health, entry.streak, failure))
    // A listener of the change may have deregistered the target: no more checks then.
    if (entry.round !== round) return
    entry.timer = this.#clock.after(begun + group.healthCheck.intervalSeconds * 1_000 - this.#clock.now(), () =>
      this.#check(group, entry),
    )
  }

  #stop(entry: RegisteredTarget): void {
    entry.timer?.cancel()
    entry.timer = undefined
    entry.round = {}
  }

  #remove(group: TargetGroup, entry: RegisteredTarget): void {
    this.#stop(entry)
    group.targets.delete(targetKey(entry.target))
    group.rotation = undefined
    for (const connection of [...entry.underWay]) connection.destroy()
    entry.agent?.destroy()
    this.#notify(group, entry.target, entry.health, undefined)
  }

  #change(group: TargetGroup, entry: RegisteredTarget, health: TargetHealth): void {
    const before = entry.health
    if (same(before, health)) return
    entry.health = health
    group.rotation = undefined
    this.#notify(group, entry.target, before, health)
  }

  #notify(
    group: TargetGroup,
    target: Target,
    before: TargetHealth | undefined,
    health: TargetHealth | undefined,
  ): void {
    this.#journal.write({
      type: 'target',
      account: group.scope.account,
      region: group.scope.region,
      targetGroup: group.arn,
      target: target.id,
      port: target.port,
      from: before?.state,
      to: health?.state ?? 'deregistered',
      reason: health?.reason,
      description: health?.description,
    })
    for (const listener of this.#listeners) listener(group.scope, group.arn, target, health)
  }
}

const same = (a: TargetHealth, b: TargetHealth) =>
  a.state === b.state && a.reason === b.reason && a.description === b.description

/** Address for checks: the target's host, with the traffic port or the port of the health check. */
function checkedTarget(target: Target, port: string): Target {
  if (port === 'traffic-port' || Number(port) === target.port) return target
  return { id: target.id, port: Number(port) }
}
