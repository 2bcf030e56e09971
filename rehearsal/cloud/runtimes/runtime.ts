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
  /** The letter of its availability zone, whatever the region. */
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
  /** The service that it belongs to, and which of its deployments, counted from 1. */
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

/** What happens to a task, in this order: nothing before `run` has returned, and nothing after `ended`. */
export interface TaskEvents {
  /** The network is there; `privateIp` is the task's own (awsvpc) or its instance's. */
  attached(network: { readonly privateIp: string }): void
  pullStarted(): void
  pullStopped(): void
  started(container: string, facts: StartedContainer): void
  health(container: string, status: 'HEALTHY' | 'UNHEALTHY'): void
  exited(container: string, exit: { readonly exitCode?: number; readonly reason?: string }): void
  /** It cannot be started, for the task's `reason` in AWS's words; `detail` is the container's own, if that says more. */
  failed(reason: string, container?: string, detail?: string): void
  /** All of it is gone. */
  ended(): void
}

export interface StartedContainer {
  readonly runtimeId?: string
  readonly imageDigest?: string
  readonly networkBindings?: readonly NetworkBinding[]
}

/** A task that runs, or is about to. */
export interface TaskHandle {
  /** Stops what still runs: SIGTERM, then SIGKILL after each container's stopTimeout. `ended` follows. */
  stop(): void
  /** Where a process on this machine reaches a port of the task, if that is not the task's own address. */
  reach(containerPort: number): { readonly host: string; readonly port: number } | undefined
}

/** What is known of a task before its placement. */
export type TaskIdentity = Pick<
  TaskRequest,
  'scope' | 'cluster' | 'service' | 'deploymentId' | 'family' | 'revision' | 'containers'
>

export interface Runtime extends Prober, Network {
  readonly name: 'docker' | 'simulated'
  /** The container instances of every cluster that has not deregistered them. */
  readonly instances: readonly InstanceFacts[]
  /** Why Fargate has no room for this task now, in AWS's words; `undefined` when it has. */
  fargateRefusal(task: TaskIdentity): string | undefined
  run(task: TaskRequest, events: TaskEvents): TaskHandle
  /** Stops and removes all that this runtime made. */
  close(): Promise<void>
}
