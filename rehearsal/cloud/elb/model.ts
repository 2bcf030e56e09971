// The simulated state of Elastic Load Balancing.
import type { Agent } from 'node:http'
import type { Target, TargetHealth } from '../interfaces.ts'
import type { Scope } from '../kernel/call.ts'
import type { Timer } from '../kernel/clock.ts'

export type Tags = Map<string, string>
export type Attributes = Map<string, string>

export interface Zone {
  readonly subnetId: string
  readonly name: string
}

export interface LoadBalancer {
  readonly scope: Scope
  readonly arn: string
  readonly name: string
  readonly type: 'application' | 'network'
  readonly scheme: 'internet-facing' | 'internal'
  readonly dnsName: string
  readonly createdAt: Date
  readonly vpcId: string
  zones: readonly Zone[]
  securityGroups: readonly string[]
  ipAddressType: string
  readonly attributes: Attributes
  readonly tags: Tags
  readonly listeners: Map<string, Listener>
  /** Releases the address. */
  readonly release: () => Promise<void>
}

export type ListenerProtocol = 'HTTP' | 'TCP'

export interface Listener {
  readonly arn: string
  readonly loadBalancer: LoadBalancer
  port: number
  protocol: ListenerProtocol
  /** By priority, the default rule last. */
  rules: readonly Rule[]
  readonly attributes: Attributes
  readonly tags: Tags
  /** Stops listening, and waits until the port is free. */
  close: () => Promise<void>
}

export interface Rule {
  readonly arn: string
  readonly listener: Listener
  priority: number | 'default'
  conditions: readonly Condition[]
  action: Action
  readonly tags: Tags
}

export interface KeyValue {
  readonly key?: string
  readonly value: string
}

export type Condition =
  | { readonly field: 'host-header' | 'path-pattern' | 'http-request-method' | 'source-ip'; readonly values: string[] }
  | { readonly field: 'http-header'; readonly name: string; readonly values: string[] }
  | { readonly field: 'query-string'; readonly pairs: readonly KeyValue[] }

export interface WeightedGroup {
  readonly group: TargetGroup
  readonly weight: number
}

/** Answers have `order` only if the request had it. */
export type Action = { readonly order?: number } & (
  | { readonly type: 'forward'; readonly groups: readonly WeightedGroup[]; readonly stickySeconds: number | undefined }
  | { readonly type: 'redirect'; readonly redirect: Redirect }
  | { readonly type: 'fixed-response'; readonly response: FixedResponse }
)

export interface Redirect {
  readonly protocol: string
  readonly host: string
  readonly port: string
  readonly path: string
  readonly query: string
  readonly statusCode: 'HTTP_301' | 'HTTP_302'
}

export interface FixedResponse {
  readonly statusCode: string
  readonly contentType?: string
  readonly messageBody?: string
}

export interface HealthCheck {
  readonly enabled: boolean
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP'
  /** A number, or `traffic-port`. */
  readonly port: string
  readonly path: string | undefined
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** Such as `200-299,302`; `undefined` with TCP. */
  readonly matcher: string | undefined
}

export interface TargetGroup {
  readonly scope: Scope
  readonly arn: string
  readonly name: string
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP'
  readonly protocolVersion: 'HTTP1' | undefined
  readonly port: number
  readonly vpcId: string
  readonly targetType: 'ip' | 'instance'
  readonly ipAddressType: string
  healthCheck: HealthCheck
  readonly attributes: Attributes
  readonly tags: Tags
  /** The rules that forward to it. While there is none, its targets are unused. */
  readonly usedBy: Set<Rule>
  readonly targets: Map<string, RegisteredTarget>
  /** Targets that take new requests. Reset at each change of health, and computed at the next request. */
  rotation: Rotation | undefined
}

export interface Rotation {
  readonly targets: readonly RegisteredTarget[]
  next: number
}

export interface RegisteredTarget {
  target: Target
  health: TargetHealth
  /** Health checks in a row with the same outcome: above 0 passed, below 0 failed. */
  streak: number
  /** Timer of the next health check, or of the end of draining. */
  timer: Timer | undefined
  /** Changes whenever the target restarts, so that a pending health check is recognized as stale. */
  round: object
  /** Requests and connections in progress. They are closed when draining ends. */
  readonly underWay: Set<{ destroy(): void }>
  /** Keeps connections open for the next request. */
  agent: Agent | undefined
}

export const targetKey = (target: Target): string => `${target.id}:${target.port}`

/** Target groups of a forward action; empty for other actions. */
export const forwardsTo = (action: Action): readonly TargetGroup[] =>
  action.type === 'forward' ? action.groups.map(({ group }) => group) : []
