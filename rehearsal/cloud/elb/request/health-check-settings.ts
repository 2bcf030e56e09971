import { incompatible, invalid, notSimulated } from '../errors.ts'
import type { HealthCheck, TargetGroup } from '../model.ts'
import type { Parameters } from './parameters.ts'

const protocols = ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'] as const

/** AWS's defaults for health checks, by protocol. */
export function initialHealthCheck(protocol: TargetGroup['protocol'], input: Parameters): HealthCheck {
  const asked = input.text('HealthCheckProtocol')
  const http = protocol !== 'TCP'
  const checksHttp = http || asked === 'HTTP' || asked === 'HTTPS'
  return {
    enabled: true,
    protocol: http ? 'HTTP' : 'TCP',
    port: 'traffic-port',
    path: checksHttp ? '/' : undefined,
    intervalSeconds: 30,
    timeoutSeconds: http ? 5 : checksHttp ? 6 : 10,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    matcher: checksHttp ? (http ? '200' : '200-399') : undefined,
  }
}

/** The health check with the changes in `input`. Refuses what AWS refuses. */
export function readHealthCheck(
  input: Parameters,
  before: HealthCheck,
  groupProtocol: TargetGroup['protocol'],
): HealthCheck {
  const protocol = input.oneOf('HealthCheckProtocol', protocols) ?? before.protocol
  if (protocol !== 'HTTP' && protocol !== 'HTTPS' && protocol !== 'TCP') {
    throw invalid(`Health check protocol '${protocol}' must be one of [HTTP, HTTPS, TCP]`)
  }
  if (protocol === 'TCP' && groupProtocol !== 'TCP') {
    throw invalid(`Health check protocol 'TCP' is not supported for target groups with the ${groupProtocol} protocol`)
  }
  if (input.flag('HealthCheckEnabled') === false) {
    throw invalid("Health check enabled must be true for target groups with target type 'instance' or 'ip'")
  }
  const http = protocol !== 'TCP'
  const check: HealthCheck = {
    enabled: true,
    protocol,
    port: input.text('HealthCheckPort') ?? before.port,
    path: http ? (input.text('HealthCheckPath') ?? before.path ?? '/') : undefined,
    intervalSeconds: input.number('HealthCheckIntervalSeconds', 5, 300) ?? before.intervalSeconds,
    timeoutSeconds: input.number('HealthCheckTimeoutSeconds', 2, 120) ?? before.timeoutSeconds,
    healthyThreshold: input.number('HealthyThresholdCount', 2, 10) ?? before.healthyThreshold,
    unhealthyThreshold: input.number('UnhealthyThresholdCount', 2, 10) ?? before.unhealthyThreshold,
    matcher: http ? (readMatcher(input, groupProtocol) ?? before.matcher ?? '200') : undefined,
  }
  checkSettings(check, groupProtocol)
  return check
}

function checkSettings(check: HealthCheck, groupProtocol: TargetGroup['protocol']): void {
  if (
    check.port !== 'traffic-port' &&
    !(/^\d+$/.test(check.port) && Number(check.port) >= 1 && Number(check.port) <= 65_535)
  ) {
    throw invalid(`Health check port '${check.port}' must be 'traffic-port' or between '1-65535' inclusive`)
  }
  if (check.path !== undefined && !check.path.startsWith('/')) {
    throw invalid(`Health check path '${check.path}' must begin with a '/' character`)
  }
  const { intervalSeconds: interval, timeoutSeconds: timeout } = check
  if (groupProtocol === 'TCP' ? timeout > interval : timeout >= interval) {
    const bound = groupProtocol === 'TCP' ? 'smaller than or equal to' : 'smaller than'
    throw invalid(`Health check timeout '${timeout}' must be ${bound} the interval '${interval}'`)
  }
}

function readMatcher(input: Parameters, groupProtocol: TargetGroup['protocol']): string | undefined {
  const matcher = input.nested('Matcher')
  if (matcher?.has('GrpcCode') === true) throw notSimulated('gRPC health checks')
  const codes = matcher?.text('HttpCode')
  if (codes === undefined) return undefined
  const max = groupProtocol === 'TCP' ? 599 : 499
  const valid = codes.split(',').every((part) => {
    const ends = /^(\d{3})(?:-(\d{3}))?$/.exec(part)?.slice(1).filter(Boolean).map(Number)
    return ends?.every((code) => code >= 200 && code <= max) === true && (ends[0] ?? 0) <= (ends.at(-1) ?? 0)
  })
  if (!valid) throw incompatible(`Health check matcher HTTP code '${codes}' must be within '200-${max}' inclusive`)
  return codes
}
