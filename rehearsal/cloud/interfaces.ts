// Interfaces between the services of the cloud.
import type { Scope } from './kernel/call.ts'

/** One registered target: an address (`ip`) or a container instance (`instance`), and a port. */
export interface Target {
  readonly id: string
  readonly port: number
  /** Actual address of the target's process, if it is not id:port. */
  readonly address?: { readonly host: string; readonly port: number }
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable'

export interface TargetHealth {
  readonly state: TargetState
  /** AWS's reason code, such as `Target.ResponseCodeMismatch`. */
  readonly reason?: string
  readonly description?: string
}

export interface TargetGroupFacts {
  readonly arn: string
  readonly name: string
  readonly targetType: 'ip' | 'instance'
  /** Whether a listener forwards to it. CreateService refuses other groups. */
  readonly inUse: boolean
}

/** The share of a rule's traffic that a target group gets, in per cent. */
export interface TrafficShare {
  readonly targetGroupArn: string
  readonly percent: number
}

/** What ECS needs from Elastic Load Balancing. */
export interface TargetGroups {
  find(scope: Scope, arn: string): TargetGroupFacts | undefined
  /** Type of the action of a listener rule, or of a listener's default rule; `undefined` for an unknown rule. */
  findRule(scope: Scope, arn: string): 'forward' | 'redirect' | 'fixed-response' | undefined
  /** Makes a rule, or a listener's default rule, forward to these groups by weight, from the next request on. */
  shift(scope: Scope, ruleArn: string, shares: readonly TrafficShare[]): void
  register(scope: Scope, arn: string, target: Target): void
  /** Starts draining. The target is removed after its deregistration delay. Ignores unknown targets. */
  deregister(scope: Scope, arn: string, target: Target): void
  /** `undefined` for an unknown or removed target. */
  health(scope: Scope, arn: string, target: Target): TargetHealth | undefined
  /** Calls `listener` after every change of a target's health. Returns a function that unsubscribes. */
  onChange(listener: (scope: Scope, arn: string, target: Target, health: TargetHealth | undefined) => void): () => void
}

export interface ProbeRequest {
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP'
  readonly path: string
  readonly timeoutMs: number
}

export type ProbeResult =
  | { readonly outcome: 'answered'; readonly status: number }
  | { readonly outcome: 'timed-out' }
  | { readonly outcome: 'refused' }

/** Health checks by the runtime: over HTTP with Docker, from the scenario when simulated. */
export interface Prober {
  /** Never rejects, and never waits on the cloud's clock: a simulated time-out gives `timed-out` at once. */
  probe(target: Target, request: ProbeRequest): Promise<ProbeResult>
}

/** Whether tasks can get traffic: with Docker, but not when simulated. */
export interface Network {
  /** Whether listeners open real sockets. */
  readonly carriesTraffic: boolean
}

/** Registry login for a task of this account that pulls `image`. */
export interface PullAccess {
  login(
    scope: Scope,
    image: string,
  ): { readonly username: string; readonly password: string; readonly serveraddress: string } | undefined
}
