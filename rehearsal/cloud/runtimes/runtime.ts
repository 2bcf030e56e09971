// Interface of a runtime, which runs ECS tasks: on a Docker engine, or simulated by a scenario.
import type {
  ContainerDefinition,
  LaunchType,
  NetworkBinding,
  RegisterTaskDefinitionRequest,
} from '@aws-sdk/client-ecs'
import type { Network, Prober } from '../interfaces.ts'
import type { Scope } from '../kernel/call.ts'

/** A machine that tasks of the EC2 launch type can be placed on. */
export interface InstanceFacts {
  readonly ec2InstanceId: string
  readonly privateIp: string
  /** Letter of its availability zone. */
  readonly zone: string
  /** In CPU units (1024 to a core) and MiB. */
  readonly cpu: number
  readonly memory: number
}

/** One task to run. */
export interface TaskRequest {
  readonly scope: Scope
  readonly taskArn: string
  readonly taskId: string
  readonly cluster: string
  /** Its service, and the number of the service's deployment, from 1. */
  readonly service: string | undefined
  readonly deploymentId: string | undefined
  readonly family: string
  readonly revision: number
  readonly launchType: LaunchType
  readonly definition: RegisterTaskDefinitionRequest
  /** With the overrides of RunTask applied. */
  readonly containers: readonly ContainerDefinition[]
  readonly instance: InstanceFacts | undefined
  /** Each container's ARN, by its name. */
  readonly containerArns: Readonly<Record<string, string>>
}

/** Events of a task, in this order: none before `run` has returned, and none after `ended`. */
export interface TaskEvents {
  /** The network is created. `privateIp` is that of the task (awsvpc) or of its instance. */
  attached(network: { readonly privateIp: string }): void
  pullStarted(): void
  pullStopped(): void
  started(container: string, facts: StartedContainer): void
  health(container: string, status: 'HEALTHY' | 'UNHEALTHY'): void
  exited(container: string, exit: { readonly exitCode?: number; readonly reason?: string }): void
  /** The task cannot start. `reason` is the task's, with AWS's text; `detail` is the container's, if it differs. */
  failed(reason: string, container?: string, detail?: string): void
  /** Everything of the task is removed. */
  ended(): void
}

export interface StartedContainer {
  readonly runtimeId?: string
  readonly imageDigest?: string
  readonly networkBindings?: readonly NetworkBinding[]
}

/** A task that runs or starts. */
export interface TaskHandle {
  /** Stops the containers: SIGTERM, then SIGKILL after each one's stopTimeout. `ended` follows. */
  stop(): void
  /** Address at which a process on this machine reaches a port of the task, if it is not the task's address. */
  reach(containerPort: number): { readonly host: string; readonly port: number } | undefined
}

/** A task before its placement. */
export type TaskIdentity = Pick<
  TaskRequest,
  'scope' | 'cluster' | 'service' | 'deploymentId' | 'family' | 'revision' | 'containers'
>

export interface Runtime extends Prober, Network {
  readonly name: 'docker' | 'simulated'
  /** The container instances of every cluster. */
  readonly instances: readonly InstanceFacts[]
  /** Why Fargate has no capacity for this task, with AWS's text; `undefined` if it has. */
  fargateRefusal(task: TaskIdentity): string | undefined
  /** Why it runs no task of this definition; `undefined` if it does. */
  definitionRefusal(definition: RegisterTaskDefinitionRequest): string | undefined
  run(task: TaskRequest, events: TaskEvents): TaskHandle
  /**
   * Stops and removes everything that this runtime created. Once `hurry` is aborted it ends within seconds, and rejects with
   * the names of what is left.
   */
  close(hurry?: AbortSignal): Promise<void>
}
