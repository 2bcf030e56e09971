import type { Members } from '../../kernel/call.ts'
import { invalid } from '../errors.ts'
import type { Attributes } from '../model.ts'
import type { Parameters } from './parameters.ts'

/** An attribute's default, and its allowed values. */
export interface AttributeRule {
  readonly initial: string
  readonly takes: Value
}

type Value = readonly string[] | 'text' | readonly [min: number, max: number]

const boolean = ['true', 'false'] as const
const flag = (initial: 'true' | 'false'): AttributeRule => ({ initial, takes: boolean })
const text: AttributeRule = { initial: '', takes: 'text' }
const number = (initial: number, min: number, max: number): AttributeRule => ({
  initial: `${initial}`,
  takes: [min, max],
})
const choice = (initial: string, ...others: string[]): AttributeRule => ({ initial, takes: [initial, ...others] })

type Table = Readonly<Record<string, AttributeRule>>

const logs = (kind: string): Table => ({
  [`${kind}.s3.enabled`]: flag('false'),
  [`${kind}.s3.bucket`]: text,
  [`${kind}.s3.prefix`]: text,
})

/** idle_timeout, client_keep_alive, preserve_host_header and the xff ones affect traffic. The others are only stored. */
export const applicationAttributes: Table = {
  ...logs('access_logs'),
  ...logs('connection_logs'),
  ...logs('health_check_logs'),
  'client_keep_alive.seconds': number(3600, 60, 604_800),
  'deletion_protection.enabled': flag('false'),
  'idle_timeout.timeout_seconds': number(60, 1, 4_000),
  'ipv6.deny_all_igw_traffic': flag('false'),
  'load_balancing.cross_zone.enabled': { initial: 'true', takes: ['true'] },
  'routing.http.desync_mitigation_mode': choice('defensive', 'monitor', 'strictest'),
  'routing.http.drop_invalid_header_fields.enabled': flag('false'),
  'routing.http.preserve_host_header.enabled': flag('false'),
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': flag('false'),
  'routing.http.xff_client_port.enabled': flag('false'),
  'routing.http.xff_header_processing.mode': choice('append', 'preserve', 'remove'),
  'routing.http2.enabled': flag('true'),
  'waf.fail_open.enabled': flag('false'),
  'zonal_shift.config.enabled': flag('false'),
}

export const networkAttributes: Table = {
  ...logs('access_logs'),
  'deletion_protection.enabled': flag('false'),
  'dns_record.client_routing_policy': choice(
    'any_availability_zone',
    'availability_zone_affinity',
    'partial_availability_zone_affinity',
  ),
  'ipv6.deny_all_igw_traffic': flag('false'),
  'load_balancing.cross_zone.enabled': flag('false'),
  'secondary_ips.auto_assigned.per_subnet': number(0, 0, 7),
  'zonal_shift.config.enabled': flag('false'),
}

const forAllGroups: Table = {
  'deregistration_delay.timeout_seconds': number(300, 0, 3_600),
  'load_balancing.cross_zone.enabled': choice('use_load_balancer_configuration', 'true', 'false'),
  'stickiness.enabled': flag('false'),
  'target_group_health.dns_failover.minimum_healthy_targets.count': text,
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': text,
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': number(1, 1, 10_000),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': text,
}
const offOrShare: Table = {
  'target_group_health.dns_failover.minimum_healthy_targets.count': { ...text, initial: '1' },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': { ...text, initial: 'off' },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': { initial: 'off', takes: ['off'] },
}

/** Anomaly mitigation, slow start and application cookies would change the routing of traffic. They are not simulated. */
export const httpGroupAttributes: Table = {
  ...forAllGroups,
  ...offOrShare,
  'load_balancing.algorithm.anomaly_mitigation': { initial: 'off', takes: ['off'] },
  'load_balancing.algorithm.type': choice('round_robin', 'least_outstanding_requests', 'weighted_random'),
  'slow_start.duration_seconds': { initial: '0', takes: ['0'] },
  'stickiness.app_cookie.cookie_name': { initial: '', takes: [''] },
  'stickiness.app_cookie.duration_seconds': number(86_400, 1, 604_800),
  'stickiness.lb_cookie.duration_seconds': number(86_400, 1, 604_800),
  'stickiness.type': { initial: 'lb_cookie', takes: ['lb_cookie'] },
}

export const tcpGroupAttributes = (targetType: 'ip' | 'instance'): Table => ({
  ...forAllGroups,
  ...offOrShare,
  'deregistration_delay.connection_termination.enabled': flag('false'),
  'preserve_client_ip.enabled': flag(targetType === 'instance' ? 'true' : 'false'),
  'proxy_protocol_v2.enabled': { initial: 'false', takes: ['false'] },
  'stickiness.enabled': { initial: 'false', takes: ['false'] },
  'stickiness.type': { initial: 'source_ip', takes: ['source_ip'] },
  'target_health_state.unhealthy.connection_termination.enabled': flag('true'),
  'target_health_state.unhealthy.draining_interval_seconds': number(0, 0, 360_000),
})

const responseHeader = (name: string) => `routing.http.response.${name}.header_value`

/** Response headers that a listener can set, by the attribute that holds their value. */
export const responseHeaders: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'access-control-allow-credentials',
    'access-control-allow-headers',
    'access-control-allow-methods',
    'access-control-allow-origin',
    'access-control-expose-headers',
    'access-control-max-age',
    'content-security-policy',
    'strict-transport-security',
    'x-content-type-options',
    'x-frame-options',
  ].map((header) => [responseHeader(header.replaceAll('-', '_')), header]),
)

export const httpListenerAttributes: Table = {
  ...Object.fromEntries(Object.keys(responseHeaders).map((key) => [key, text])),
  'routing.http.response.server.enabled': flag('true'),
}

export const tcpListenerAttributes: Table = { 'tcp.idle_timeout.seconds': number(350, 60, 6_000) }

export const initialAttributes = (table: Table): Attributes =>
  new Map(Object.entries(table).map(([key, rule]) => [key, rule.initial]))

/** Reads new values of attributes. Refuses unknown keys and invalid values. */
export function readAttributes(kind: string, table: Table, input: Parameters): Attributes {
  const attributes: Attributes = new Map()
  for (const one of input.list('Attributes')) {
    const key = one.required('Key')
    const value = one.text('Value') ?? ''
    const rule = Object.hasOwn(table, key) ? table[key] : undefined
    if (rule === undefined) throw invalid(`${kind} attribute key '${key}' is not recognized`)
    check(kind, key, value, rule.takes)
    attributes.set(key, value)
  }
  if (attributes.size === 0) throw input.missing('Attributes')
  return attributes
}

function check(kind: string, key: string, value: string, takes: Value): void {
  if (takes === 'text') return
  const [min, max] = takes
  if (typeof min === 'number' && typeof max === 'number') {
    if (/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max) return
    throw invalid(`'${key}' value '${value}' must be between '${min}-${max}' inclusive`)
  }
  if ((takes as readonly string[]).includes(value)) return
  throw invalid(`${kind} attribute '${key}' must be one of [${takes.join(', ')}], not '${value}'`)
}

export const attributeList = (attributes: Attributes): Members => ({
  Attributes: [...attributes].map(([Key, Value]) => ({ Key, Value })),
})
