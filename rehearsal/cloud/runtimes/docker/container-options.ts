import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import type { ContainerCreateOptions, HostConfig } from 'dockerode'
import type { TaskRequest } from '../runtime.ts'
import { runLabels, TASK_LABELS } from './labels.ts'

const MIB = 1024 * 1024
const SECOND = 1_000_000_000
const DEFAULT_STOP_TIMEOUT = 30
/** Of a device. Docker takes the first letter of each. */
const ALL_PERMISSIONS = ['read', 'write', 'mknod']

export interface ContainerPlace {
  readonly runId: string
  readonly image: string
  /** Network mode: `container:<id of the pause container>`, `host`, or a network's name. */
  readonly networkMode: string
  /** Speed of the cloud's clock: 10 is ten times that of the machine. */
  readonly speed: number
  /** Values of the container's secrets, by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Docker volumes for the task's volumes, by name. */
  readonly volumes: Readonly<Record<string, string>>
}

/** Options of the Docker engine for one container of a task. */
export function containerOptions(
  task: TaskRequest,
  container: ContainerDefinition,
  place: ContainerPlace,
): ContainerCreateOptions {
  const { speed } = place
  const joins = place.networkMode.startsWith('container:')
  return {
    name: nameOf(task, container),
    Image: place.image,
    Labels: { ...container.dockerLabels, ...labelsOf(task, place.runId, container.name) },
    Env: environmentOf(task, container, place.secrets),
    ...(container.entryPoint?.length ? { Entrypoint: container.entryPoint } : {}),
    ...(container.command?.length ? { Cmd: container.command } : {}),
    ...(container.user === undefined ? {} : { User: container.user }),
    ...(container.workingDirectory === undefined ? {} : { WorkingDir: container.workingDirectory }),
    ...(container.hostname === undefined || joins ? {} : { Hostname: container.hostname }),
    ...(container.interactive ? { OpenStdin: true } : {}),
    ...(container.pseudoTerminal ? { Tty: true } : {}),
    StopTimeout: stopSeconds(container, speed),
    Healthcheck: healthcheckOf(container, speed),
    ExposedPorts: joins ? {} : Object.fromEntries(portsOf(container).map(({ key }) => [key, {}])),
    HostConfig: hostConfigOf(task, container, place),
  }
}

/** Seconds between SIGTERM and SIGKILL, by the machine's clock. */
export const stopSeconds = ({ stopTimeout = DEFAULT_STOP_TIMEOUT }: ContainerDefinition, speed: number): number =>
  Math.ceil(stopTimeout / speed)

export const labelsOf = (task: TaskRequest, runId: string, container = 'pause'): Record<string, string> => ({
  ...runLabels(runId),
  [TASK_LABELS.task]: task.taskArn,
  [TASK_LABELS.family]: task.family,
  [TASK_LABELS.revision]: String(task.revision),
  [TASK_LABELS.container]: container,
  [TASK_LABELS.cluster]: task.cluster,
})

/** Container name in the form of the ECS agent. */
export const nameOf = (task: TaskRequest, container: { readonly name?: string | undefined }): string =>
  `ecs-${task.family}-${task.revision}-${container.name ?? 'pause'}-${task.taskId}`

export function portsOf({ portMappings = [] }: ContainerDefinition) {
  return portMappings.flatMap(({ containerPort, hostPort = 0, protocol = 'tcp' }) =>
    containerPort === undefined ? [] : [{ key: `${containerPort}/${protocol}`, containerPort, hostPort, protocol }],
  )
}

function environmentOf(
  task: TaskRequest,
  container: ContainerDefinition,
  secrets: Readonly<Record<string, string>>,
): string[] {
  const onFargate = task.launchType === 'FARGATE'
  const given = {
    AWS_EXECUTION_ENV: onFargate ? 'AWS_ECS_FARGATE' : 'AWS_ECS_EC2',
    ...(onFargate ? { AWS_REGION: task.scope.region, AWS_DEFAULT_REGION: task.scope.region } : {}),
    ...Object.fromEntries((container.environment ?? []).map(({ name = '', value = '' }) => [name, value])),
    ...secrets,
  }
  return Object.entries(given).map(([name, value]) => `${name}=${value}`)
}

/** ECS ignores a health check in the image. One in the task definition runs by the cloud's clock. */
function healthcheckOf({ healthCheck }: ContainerDefinition, speed: number): ContainerCreateOptions['Healthcheck'] {
  if (healthCheck?.command === undefined) return { Test: ['NONE'] }
  const { command, interval = 30, timeout = 5, retries = 3, startPeriod = 0 } = healthCheck
  const isForm = ['CMD', 'CMD-SHELL', 'NONE'].includes(command[0] ?? '')
  const scaled = (seconds: number) => Math.max(1_000_000, Math.round((seconds * SECOND) / speed))
  return {
    Test: isForm ? command : ['CMD', ...command],
    Interval: scaled(interval),
    // The check itself takes the machine's time, so its time-out is not shortened.
    Timeout: timeout * SECOND,
    Retries: retries,
    StartPeriod: startPeriod === 0 ? 0 : scaled(startPeriod),
  }
}

function hostConfigOf(task: TaskRequest, container: ContainerDefinition, place: ContainerPlace): HostConfig {
  const memory = container.memory ?? (task.definition.memory === undefined ? undefined : Number(task.definition.memory))
  const linux = container.linuxParameters
  const publishes = !place.networkMode.startsWith('container:') && place.networkMode !== 'host'
  return {
    NetworkMode: place.networkMode,
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'json-file', Config: {} },
    // No swap: a container that exceeds its memory is killed, as on AWS.
    ...(memory === undefined ? {} : { Memory: memory * MIB, MemorySwap: memory * MIB }),
    ...(container.memoryReservation === undefined ? {} : { MemoryReservation: container.memoryReservation * MIB }),
    ...(container.cpu ? { CpuShares: Math.max(2, container.cpu) } : {}),
    ...(container.readonlyRootFilesystem ? { ReadonlyRootfs: true } : {}),
    ...(container.privileged ? { Privileged: true } : {}),
    ...(task.definition.pidMode === 'host' ? { PidMode: 'host' } : {}),
    ...(task.definition.ipcMode === 'host' ? { IpcMode: 'host' } : {}),
    Devices: (linux?.devices ?? []).map(
      ({ hostPath = '', containerPath = hostPath, permissions = ALL_PERMISSIONS }) => ({
        PathOnHost: hostPath,
        PathInContainer: containerPath,
        CgroupPermissions: permissions.map((permission) => permission.charAt(0)).join(''),
      }),
    ),
    ...(linux?.initProcessEnabled ? { Init: true } : {}),
    ...(linux?.capabilities?.add === undefined ? {} : { CapAdd: linux.capabilities.add }),
    ...(linux?.capabilities?.drop === undefined ? {} : { CapDrop: linux.capabilities.drop }),
    ...(linux?.sharedMemorySize === undefined ? {} : { ShmSize: linux.sharedMemorySize * MIB }),
    Tmpfs: Object.fromEntries(
      (linux?.tmpfs ?? []).map(({ containerPath = '', size = 64, mountOptions = [] }) => [
        containerPath,
        [`size=${size}m`, ...mountOptions].join(','),
      ]),
    ),
    Ulimits: (container.ulimits ?? []).map(({ name = '', softLimit = 0, hardLimit = 0 }) => ({
      Name: name,
      Soft: softLimit,
      Hard: hardLimit,
    })),
    ...(place.networkMode.startsWith('container:')
      ? {}
      : {
          ...(container.dnsServers === undefined ? {} : { Dns: container.dnsServers }),
          ...(container.dnsSearchDomains === undefined ? {} : { DnsSearch: container.dnsSearchDomains }),
          ExtraHosts: (container.extraHosts ?? []).map(({ hostname, ipAddress }) => `${hostname}:${ipAddress}`),
        }),
    Binds: (container.mountPoints ?? []).flatMap(({ sourceVolume = '', containerPath = '', readOnly }) => {
      const source = place.volumes[sourceVolume]
      return source === undefined ? [] : [`${source}:${containerPath}${readOnly ? ':ro' : ''}`]
    }),
    PortBindings: publishes
      ? Object.fromEntries(
          portsOf(container).map(({ key, hostPort }) => [
            key,
            [{ HostIp: '127.0.0.1', HostPort: hostPort === 0 ? '' : String(hostPort) }],
          ]),
        )
      : {},
  }
}
