// What ECS and Elastic Load Balancing show, as plain data without `undefined`. Times are AWS's, in milliseconds since the epoch.

import type { Deployment, Service, ServiceDeployment, Task } from '@aws-sdk/client-ecs'
import { defined } from '../../../../toolkit/objects.ts'

/** One entry of a service's `deployments`. */
export interface ObservedDeployment {
  readonly id: string
  readonly status: string
  readonly taskDefinition: string
  readonly desiredCount: number
  readonly runningCount: number
  readonly pendingCount: number
  readonly failedTasks: number
  /** Absent behind a Classic load balancer. */
  readonly rolloutState?: string
  readonly rolloutStateReason?: string
  readonly createdAt: number
}

/** The target group that the service's tasks are registered in. Blue/green has an alternate one, and they change roles. */
export interface ObservedLoadBalancer {
  readonly targetGroupArn: string
  readonly alternateTargetGroupArn?: string
  readonly containerName: string
  readonly containerPort: number
}

export interface ObservedEvent {
  readonly id: string
  readonly at: number
  readonly message: string
}

export interface ObservedService {
  readonly arn: string
  readonly name: string
  readonly clusterArn: string
  readonly status: string
  readonly taskDefinition: string
  readonly desiredCount: number
  readonly runningCount: number
  readonly deployments: readonly ObservedDeployment[]
  readonly events: readonly ObservedEvent[]
  readonly loadBalancers: readonly ObservedLoadBalancer[]
  /** The failure threshold of its circuit breaker, where it is not AWS's default. */
  readonly failureThreshold?: FailureThreshold
}

export interface FailureThreshold {
  readonly type: string
  readonly value: number
}

export interface ObservedServiceDeployment {
  readonly arn: string
  readonly status: string
  readonly statusReason?: string
  readonly lifecycleStage?: string
  readonly rollbackReason?: string
  /** The share of the production traffic that our revision gets, in percent, where ECS shifts traffic. */
  readonly productionTraffic?: number
  /** ARN of the service revision that ECS rolls back to. */
  readonly rollbackTo?: string
  readonly triggeredAlarms: readonly string[]
  /** Lifecycle hooks that wait for CONTINUE or ROLLBACK. */
  readonly awaiting: readonly { readonly hookId: string; readonly expiresAt?: number }[]
}

export interface ObservedContainer {
  readonly name: string
  readonly lastStatus?: string
  readonly image?: string
  readonly imageDigest?: string
  readonly exitCode?: number
  readonly reason?: string
  readonly hostPorts: readonly { readonly containerPort: number; readonly hostPort: number }[]
}

export interface ObservedTask {
  readonly arn: string
  readonly startedBy: string
  readonly taskDefinition: string
  readonly lastStatus: string
  readonly healthStatus?: string
  readonly stopCode?: string
  readonly stoppedReason?: string
  readonly containers: readonly ObservedContainer[]
  /** IP addresses of its network interface; empty without `awsvpc`. */
  readonly addresses: readonly string[]
  readonly containerInstanceArn?: string
  readonly createdAt: number
  /** When it reached RUNNING. */
  readonly startedAt?: number
}

/** The health of one task in one target group. */
export interface ObservedTarget {
  readonly targetGroupArn: string
  readonly taskArn: string
  readonly target: string
  /** `unregistered` until the group knows the task. */
  readonly state: string
  readonly reason?: string
  readonly description?: string
}

/** One look at one service. Tasks and targets are absent when they were not read this time. */
export interface Observation {
  /** By our clock. */
  readonly at: number
  /** Absent where ECS says that the service does not exist. */
  readonly service?: ObservedService
  readonly serviceDeployment?: ObservedServiceDeployment
  /** The tasks of our deployment. */
  readonly tasks?: readonly ObservedTask[]
  readonly targets?: readonly ObservedTarget[]
}

export function observedService(service: Service): ObservedService {
  return {
    arn: service.serviceArn ?? '',
    name: service.serviceName ?? '',
    clusterArn: service.clusterArn ?? '',
    status: service.status ?? '',
    taskDefinition: service.taskDefinition ?? '',
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    deployments: (service.deployments ?? []).map(observedDeployment),
    events: (service.events ?? []).map(({ id = '', createdAt, message = '' }) => ({
      id,
      at: time(createdAt),
      message,
    })),
    loadBalancers: (service.loadBalancers ?? []).flatMap((balancer) => {
      const { targetGroupArn, containerName = '', containerPort = 0, advancedConfiguration } = balancer
      const alternate = advancedConfiguration?.alternateTargetGroupArn
      return targetGroupArn === undefined
        ? []
        : [{ targetGroupArn, containerName, containerPort, ...defined({ alternateTargetGroupArn: alternate }) }]
    }),
    ...thresholdOf(service),
  }
}

function thresholdOf({ deploymentConfiguration }: Service): Pick<ObservedService, 'failureThreshold'> {
  const threshold = deploymentConfiguration?.deploymentCircuitBreaker?.thresholdConfiguration
  if (threshold === undefined) return {}
  const { type = 'BOUNDED_PERCENT', value = 50 } = threshold
  return { failureThreshold: { type, value } }
}

function observedDeployment(deployment: Deployment): ObservedDeployment {
  const { rolloutState, rolloutStateReason } = deployment
  return {
    id: deployment.id ?? '',
    status: deployment.status ?? '',
    taskDefinition: deployment.taskDefinition ?? '',
    desiredCount: deployment.desiredCount ?? 0,
    runningCount: deployment.runningCount ?? 0,
    pendingCount: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
    createdAt: time(deployment.createdAt),
    ...defined({ rolloutState, rolloutStateReason }),
  }
}

export function observedServiceDeployment(deployment: ServiceDeployment): ObservedServiceDeployment {
  const { statusReason, lifecycleStage, rollback, alarms, lifecycleHookDetails = [] } = deployment
  const productionTraffic = deployment.targetServiceRevision?.requestedProductionTrafficWeight
  return {
    arn: deployment.serviceDeploymentArn ?? '',
    status: deployment.status ?? '',
    triggeredAlarms: alarms?.triggeredAlarmNames ?? [],
    awaiting: lifecycleHookDetails
      .filter(({ status }) => status === 'AWAITING_ACTION')
      .map(({ hookId = '', expiresAt }) => ({ hookId, ...defined({ expiresAt: expiresAt?.getTime() }) })),
    ...defined({
      statusReason,
      lifecycleStage,
      rollbackReason: rollback?.reason,
      rollbackTo: rollback?.serviceRevisionArn,
      productionTraffic,
    }),
  }
}

export function observedTask(task: Task): ObservedTask {
  const { healthStatus, stopCode, stoppedReason, containerInstanceArn, containers = [], attachments = [] } = task
  const interfaces = attachments.filter(({ type }) => type === 'ElasticNetworkInterface')
  const attached = interfaces.flatMap(({ details = [] }) =>
    details.filter(({ name }) => name === 'privateIPv4Address' || name === 'ipv6Address').map(({ value }) => value),
  )
  const own = containers.flatMap(({ networkInterfaces = [] }) =>
    networkInterfaces.flatMap(({ privateIpv4Address, ipv6Address }) => [privateIpv4Address, ipv6Address]),
  )
  return {
    arn: task.taskArn ?? '',
    startedBy: task.startedBy ?? '',
    taskDefinition: task.taskDefinitionArn ?? '',
    lastStatus: task.lastStatus ?? '',
    createdAt: time(task.createdAt),
    addresses: [...new Set([...attached, ...own])].filter((address) => address !== undefined && address !== ''),
    containers: containers.map(
      ({ name = '', lastStatus, image, imageDigest, exitCode, reason, networkBindings = [] }) => ({
        name,
        hostPorts: networkBindings.flatMap(({ containerPort, hostPort }) =>
          containerPort === undefined || hostPort === undefined ? [] : [{ containerPort, hostPort }],
        ),
        ...defined({ lastStatus, image, imageDigest, exitCode, reason }),
      }),
    ),
    ...defined({ healthStatus, stopCode, stoppedReason, containerInstanceArn, startedAt: task.startedAt?.getTime() }),
  } as ObservedTask
}

const time = (date: Date | undefined): number => date?.getTime() ?? 0
