// What the load balancer's health checks ask, and what they got.
import { DescribeTargetGroupsCommand, type TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { targetGroupName, taskId } from '../aws/short-names.ts'
import { eventsSince, type FollowedDeployment } from '../observe/deployment.ts'
import type { Observation, ObservedService, ObservedTarget } from '../observe/model.ts'

/** The health check of a target group. */
export interface HealthCheck {
  /** `GET /health on port 8080`. */
  readonly request: string
  /** HTTP or gRPC codes of a healthy target, such as `200-299`. */
  readonly expects?: string
  readonly timeoutSeconds?: number
}

/** Health checks, by the name of their target group. */
export type HealthChecks = ReadonlyMap<string, HealthCheck>

/** The health checks of a service's target groups; empty where the role may not read them, as a verdict needs none. */
export async function readHealthChecks(aws: AwsCalls, { loadBalancers }: ObservedService): Promise<HealthChecks> {
  const ports = new Map(
    loadBalancers.flatMap(({ targetGroupArn, alternateTargetGroupArn, containerPort }) =>
      [targetGroupArn, alternateTargetGroupArn].flatMap((arn) => (arn === undefined ? [] : [[arn, containerPort]])),
    ) as [string, number][],
  )
  if (ports.size === 0) return new Map()
  try {
    const { TargetGroups = [] } = await aws.call('targetHealth', 'describe the target groups', (options) =>
      aws.clients.elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [...ports.keys()] }), options),
    )
    return new Map(
      TargetGroups.map((group) => [
        group.TargetGroupName ?? '',
        healthCheckOf(group, ports.get(group.TargetGroupArn ?? '') ?? 0),
      ]),
    )
  } catch {
    throwIfCancelled(aws.signal)
    return new Map()
  }
}

/** `containerPort`: the port of a check that goes where requests go. */
export function healthCheckOf(group: TargetGroup, containerPort: number): HealthCheck {
  const { HealthCheckProtocol = 'HTTP', HealthCheckPath = '/', HealthCheckPort, Matcher } = group
  const port = HealthCheckPort === undefined || HealthCheckPort === 'traffic-port' ? containerPort : HealthCheckPort
  const expects = Matcher?.HttpCode ?? Matcher?.GrpcCode
  const timeoutSeconds = group.HealthCheckTimeoutSeconds
  return {
    request: HealthCheckProtocol.startsWith('HTTP')
      ? `${Matcher?.GrpcCode === undefined ? 'GET' : 'gRPC'} ${HealthCheckPath} on port ${port}${HealthCheckProtocol === 'HTTPS' ? ' (HTTPS)' : ''}`
      : `a ${HealthCheckProtocol} connection to port ${port}`,
    ...(expects === undefined ? {} : { expects }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  }
}

/** A target that failed its health check, as a service event tells. */
export interface UnhealthyEvent {
  readonly target: string
  readonly targetGroup: string
  readonly reason: string
}

const UNHEALTHY =
  /\((task|instance) ([\w-]+)\)(?: \(port (\d+)\))?.* is unhealthy in \(target-group (\S+)\) due to \(reason (.*)\)/

/**
 * Targets that failed since our deployment was created, and have not recovered, oldest first. ECS deregisters such a target when it
 * stops its task.
 */
export const unhealthyEvents = (followed: FollowedDeployment, latest: Observation): readonly UnhealthyEvent[] =>
  eventsSince(followed, latest).flatMap(({ message }) => {
    const [, kind, id, port, group, reason = ''] = UNHEALTHY.exec(message) ?? []
    if (kind === undefined || id === undefined || group === undefined) return []
    const isIt = ({ taskArn, target }: ObservedTarget) =>
      kind === 'task' ? taskId(taskArn) === id : target === `${id}:${port}`
    const hasRecovered = (latest.targets ?? []).some(
      (target) => target.state === 'healthy' && target.targetGroupArn === group && isIt(target),
    )
    return hasRecovered ? [] : [{ target: `${kind} ${id}`, targetGroup: targetGroupName(group), reason }]
  })

/** A health check that fails, and what it got. */
export interface FailedCheck {
  readonly targetGroup: string
  /** HTTP codes, such as `404`. */
  readonly codes?: string
  readonly timedOut: boolean
  /** Part of a sentence. */
  readonly text: string
}

/** The checks that fail, one for each target group, from its newest unhealthy target. */
export function failedChecks(
  followed: FollowedDeployment,
  latest: Observation,
  checks: HealthChecks,
): readonly FailedCheck[] {
  const now = (latest.targets ?? []).filter(({ state }) => state === 'unhealthy')
  const reasons = new Map([
    ...unhealthyEvents(followed, latest).map(({ targetGroup, reason }) => [targetGroup, reason] as const),
    ...now.map((target) => {
      const { reason = '', description } = target
      return [targetGroupName(target.targetGroupArn), description ?? reason] as const
    }),
  ])
  return [...reasons].map(([targetGroup, reason]) => failedCheck(targetGroup, reason, checks.get(targetGroup)))
}

/** `reason`: the load balancer's words, such as `Health checks failed with these codes: [404]`. */
export function failedCheck(targetGroup: string, reason: string, check?: HealthCheck): FailedCheck {
  const codes = /codes: \[([\d, ]+)\]/.exec(reason)?.[1]
  const timedOut = /timed out|timeout/i.test(reason)
  const what = `the health check of target group ${targetGroup}`
  return { targetGroup, timedOut, text: `${what} ${got(reason, codes, timedOut, check)}`, ...(codes && { codes }) }
}

function got(reason: string, codes: string | undefined, timedOut: boolean, check?: HealthCheck): string {
  if (codes !== undefined) {
    const from = check === undefined ? '' : ` from ${check.request}`
    return `got ${codes}${from}${check?.expects === undefined ? '' : `, and expects ${check.expects}`}`
  }
  if (timedOut) {
    const limit = check?.timeoutSeconds === undefined ? '' : ` within ${check.timeoutSeconds} s`
    return `got no answer${limit}${check === undefined ? '' : ` from ${check.request}`}`
  }
  const asked = check === undefined ? '' : ` (${check.request})`
  return /^(|health checks failed)$/i.test(reason) ? `failed${asked}` : `failed${asked}: ${reason}`
}
