// The simulated state of ECS. API operations and the scheduler change it.
import type {
  CapacityProviderStrategyItem,
  ClusterConfiguration,
  ClusterServiceConnectDefaults,
  ClusterSetting,
  ContainerDefinition,
  DeploymentConfiguration,
  HealthStatus,
  LaunchType,
  LoadBalancer,
  NetworkBinding,
  NetworkConfiguration,
  PlacementConstraint,
  PlacementStrategy,
  RegisterTaskDefinitionRequest,
  ServiceConnectConfiguration,
  ServiceDeploymentStatus,
  ServiceRegistry,
  ServiceVolumeConfiguration,
  TaskOverride,
  TaskStopCode,
  VpcLatticeConfiguration,
} from '@aws-sdk/client-ecs'
import type { Target } from '../interfaces.ts'
import type { Scope } from '../kernel/call.ts'
import type { Timer } from '../kernel/clock.ts'
import type { InstanceFacts, TaskHandle } from '../runtimes/runtime.ts'
import type { Lifecycle, Slot } from './lifecycle.ts'

export interface Cluster {
  readonly scope: Scope
  readonly arn: string
  readonly name: string
  status: 'ACTIVE' | 'INACTIVE'
  settings: readonly ClusterSetting[]
  configuration: ClusterConfiguration | undefined
  serviceConnectDefaults: ClusterServiceConnectDefaults | undefined
  capacityProviders: readonly string[]
  defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[]
  /** By name, with those that are DRAINING or INACTIVE. */
  readonly services: Map<string, Service>
  /** By id; a stopped task stays for an hour. */
  readonly tasks: Map<string, Task>
  /** The same tasks, by their group, such as `service:web`. */
  readonly groups: Map<string, Set<Task>>
  readonly instances: Map<string, ContainerInstance>
}

export interface ContainerInstance {
  readonly arn: string
  readonly id: string
  readonly facts: InstanceFacts
  readonly registeredAt: Date
  readonly tasks: Set<Task>
  cpu: number
  memory: number
  /** Host ports in use that a task definition asked for by number. */
  readonly ports: Set<number>
}

export interface TaskDefinition {
  readonly arn: string
  readonly family: string
  readonly revision: number
  /** The registered task definition, with AWS's defaults. */
  readonly body: RegisterTaskDefinitionRequest
  readonly containers: readonly ContainerDefinition[]
  readonly registeredAt: Date
  readonly registeredBy: string
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS'
  deregisteredAt?: Date
}

/** Members of a service revision. A change of one of them starts a new deployment. */
export interface ServiceSpec {
  readonly taskDefinition: TaskDefinition
  readonly launchType: LaunchType | undefined
  readonly capacityProviderStrategy: readonly CapacityProviderStrategyItem[] | undefined
  readonly platformVersion: string | undefined
  readonly networkConfiguration: NetworkConfiguration | undefined
  readonly loadBalancers: readonly LoadBalancer[]
  readonly serviceRegistries: readonly ServiceRegistry[]
  readonly serviceConnectConfiguration: ServiceConnectConfiguration | undefined
  readonly volumeConfigurations: readonly ServiceVolumeConfiguration[] | undefined
  readonly vpcLatticeConfigurations: readonly VpcLatticeConfiguration[] | undefined
}

export interface Service {
  readonly cluster: Cluster
  readonly arn: string
  readonly name: string
  readonly createdAt: Date
  readonly createdBy: string
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON'
  /** Deployment controller. */
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL'
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  spec: ServiceSpec
  desiredCount: number
  deploymentConfiguration: DeploymentConfiguration
  healthCheckGracePeriodSeconds: number | undefined
  placementConstraints: readonly PlacementConstraint[]
  placementStrategy: readonly PlacementStrategy[]
  enableECSManagedTags: boolean
  propagateTags: 'TASK_DEFINITION' | 'SERVICE' | 'NONE'
  enableExecuteCommand: boolean
  availabilityZoneRebalancing: 'ENABLED' | 'DISABLED'
  roleArn: string | undefined
  clientToken: string | undefined
  /** Newest first: the PRIMARY, then the ACTIVE ones. */
  deployments: Deployment[]
  /** Newest first. */
  serviceDeployments: ServiceDeployment[]
  /** Newest first, at most 100. */
  events: ServiceEvent[]
  /** The revision of the last completed deployment, which a rollback deploys. */
  lastCompleted: { readonly revision: ServiceRevision; readonly deploymentId: string } | undefined
  /** The target groups that have the production traffic. */
  live: Slot
  readonly scheduling: Scheduling
}

/** The scheduler's state of a service. */
export interface Scheduling {
  pass: Timer | undefined
  /** Number of tasks in a row that did not reach RUNNING, and the time of the next attempt. */
  startFailures: number
  notBefore: number
  retry: Timer | undefined
  steady: boolean
  /** The last reported problem, so that each pass does not report it again. */
  reportedProblem: string | undefined
  /** Changes to report in the next pass's events. */
  readonly registered: Map<string, number>
  readonly deregistered: Map<string, number>
  readonly draining: Map<string, number>
}

export interface ServiceEvent {
  readonly id: string
  readonly createdAt: Date
  readonly message: string
}

export interface ServiceRevision {
  readonly arn: string
  readonly createdAt: Date
  readonly spec: ServiceSpec
  /** The target groups that its tasks are registered in. */
  readonly slot: Slot
  /** The digests of its images, by container, once its first task has found them. */
  readonly imageDigests: Map<string, string>
}

export type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'

/** One entry of DescribeServices' `deployments`. */
export interface Deployment {
  readonly id: string
  readonly service: Service
  readonly revision: ServiceRevision
  readonly createdAt: Date
  /** The service deployment that this deployment belongs to. A rollback belongs to the failed one. */
  readonly record: ServiceDeployment
  readonly isRollback: boolean
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE'
  updatedAt: Date
  desiredCount: number
  failedTasks: number
  /** Whether a task has reached RUNNING, which ends the first stage of the circuit breaker. */
  hasRun: boolean
  rolloutState: RolloutState
  rolloutStateReason: string
  /** True once the deployment failed or was stopped: it starts no more tasks. */
  halted: boolean
  /** Start of the bake time. */
  bakingSince: number | undefined
  /** Answers show the state before the failure until this time. */
  staleUntil: number
  /** Tasks that have not stopped. */
  readonly tasks: Set<Task>
}

/** A service deployment, as in ListServiceDeployments. */
export interface ServiceDeployment {
  readonly arn: string
  readonly service: Service
  readonly createdAt: Date
  readonly target: ServiceRevision
  readonly sources: readonly ServiceRevision[]
  /** The last completed revision, which this deployment replaces and a rollback deploys again. */
  readonly replaces: ServiceRevision | undefined
  readonly configuration: DeploymentConfiguration
  startedAt?: Date
  finishedAt?: Date
  stoppedAt?: Date
  updatedAt: Date
  status: ServiceDeploymentStatus
  statusReason?: string
  /** Lifecycle of a blue/green, linear or canary deployment; `undefined` for a rolling update. */
  readonly lifecycle: Lifecycle | undefined
  rollback?: { readonly reason: string; readonly startedAt: Date; readonly revision: ServiceRevision }
  breaker: {
    status: 'DISABLED' | 'MONITORING' | 'MONITORING_COMPLETE' | 'TRIGGERED'
    failureCount: number
    threshold: number
  }
  alarms: {
    status: 'DISABLED' | 'MONITORING' | 'MONITORING_COMPLETE' | 'TRIGGERED'
    readonly names: readonly string[]
    triggered: readonly string[]
  }
}

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED'

export interface ContainerState {
  readonly definition: ContainerDefinition
  readonly arn: string
  lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED'
  healthStatus: HealthStatus
  runtimeId?: string
  imageDigest?: string
  exitCode?: number
  reason?: string
  networkBindings: readonly NetworkBinding[]
}

/** A target of the task, and its last health. */
export interface Registration {
  readonly targetGroupArn: string
  readonly target: Target
  health: 'initial' | 'healthy' | 'unhealthy' | 'gone'
  reported: boolean
  reason?: string
}

export interface Task {
  readonly arn: string
  readonly id: string
  readonly cluster: Cluster
  readonly definition: TaskDefinition
  readonly containers: readonly ContainerState[]
  /** A rollback takes over the tasks that still run its revision. */
  deployment: Deployment | undefined
  readonly group: string
  readonly startedBy: string | undefined
  readonly launchType: LaunchType
  readonly capacityProviderName: string | undefined
  readonly platformVersion: string | undefined
  readonly availabilityZone: string
  readonly instance: ContainerInstance | undefined
  readonly networkConfiguration: NetworkConfiguration | undefined
  readonly overrides: TaskOverride
  readonly enableExecuteCommand: boolean
  readonly createdAt: Date
  lastStatus: TaskStatus
  desiredStatus: 'RUNNING' | 'STOPPED'
  /** Whether the scheduler counts the task as healthy, now and at any earlier time. */
  healthy: boolean
  everHealthy: boolean
  /** Why the task is unhealthy, as in its later stoppedReason. */
  unhealthy: string | undefined
  /** For a task without health checks: whether it has run long enough to count as healthy. */
  settled: boolean
  version: number
  privateIp?: string
  eni?: string
  pullStartedAt?: Date
  pullStoppedAt?: Date
  startedAt?: Date
  stoppingAt?: Date
  executionStoppedAt?: Date
  stoppedAt?: Date
  stopCode?: TaskStopCode
  stoppedReason?: string
  registrations: Registration[]
  handle: TaskHandle | undefined
  timer: Timer | undefined
  /** Whether the runtime has removed the task. */
  ended: boolean
}
