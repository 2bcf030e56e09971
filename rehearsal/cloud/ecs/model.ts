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
  /** Also the ones that are draining or inactive, by name. */
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
  /** What was registered, defaults filled in. */
  readonly body: RegisterTaskDefinitionRequest
  readonly containers: readonly ContainerDefinition[]
  readonly registeredAt: Date
  readonly registeredBy: string
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS'
  deregisteredAt?: Date
}

/** What a revision of a service pins: change one of these and ECS starts a new deployment. */
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
  /** The revision of the deployment that last completed: where a rollback goes. */
  lastCompleted: { readonly revision: ServiceRevision; readonly deploymentId: string } | undefined
  /** Which of its target groups have its production traffic. */
  live: Slot
  readonly scheduling: Scheduling
}

/** The scheduler's own notes about a service. */
export interface Scheduling {
  pass: Timer | undefined
  /** Tasks in a row that never came to run, and when the next attempt may be made. */
  startFailures: number
  notBefore: number
  retry: Timer | undefined
  steady: boolean
  /** The message that was last repeated in vain, so that it is not said on each pass. */
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
  /** Which of the service's target groups its tasks are registered in. */
  readonly slot: Slot
}

export type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'

/** One entry of DescribeServices' `deployments`. */
export interface Deployment {
  readonly id: string
  readonly service: Service
  readonly revision: ServiceRevision
  readonly createdAt: Date
  /** The service deployment that this is the work of; a rollback belongs to the one that it undoes. */
  readonly record: ServiceDeployment
  readonly isRollback: boolean
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE'
  updatedAt: Date
  desiredCount: number
  failedTasks: number
  /** Whether a task of it has ever reached RUNNING: the first stage of the circuit breaker is over then. */
  hasRun: boolean
  rolloutState: RolloutState
  rolloutStateReason: string
  /** Once it is stopped or failed, no more of its tasks are started. */
  halted: boolean
  /** When all that it waits for was in place, if it bakes. */
  bakingSince: number | undefined
  /** Until then answers still show the state from before it failed. */
  staleUntil: number
  /** Tasks that have not stopped. */
  readonly tasks: Set<Task>
}

/** What ListServiceDeployments remembers of one deployment, and for how it ended. */
export interface ServiceDeployment {
  readonly arn: string
  readonly service: Service
  readonly createdAt: Date
  readonly target: ServiceRevision
  readonly sources: readonly ServiceRevision[]
  /** What last completed before it: what it takes the place of, and what a rollback goes back to. */
  readonly replaces: ServiceRevision | undefined
  readonly configuration: DeploymentConfiguration
  startedAt?: Date
  finishedAt?: Date
  stoppedAt?: Date
  updatedAt: Date
  status: ServiceDeploymentStatus
  statusReason?: string
  /** Of a blue/green, linear or canary deployment; a rolling update has none. */
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

/** A target that this task is registered as, and what its group last said of it. */
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
  /** Changes hands once: a rollback takes over the tasks that still run what it goes back to. */
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
  /** Whether the scheduler counts it as healthy, and whether it ever did. */
  healthy: boolean
  everHealthy: boolean
  /** Why it is unhealthy: what its stoppedReason will be. */
  unhealthy: string | undefined
  /** Whether it has run long enough to count as healthy, where nothing checks it. */
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
  /** Whether its runtime has nothing left of it. */
  ended: boolean
}
