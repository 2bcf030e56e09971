import type { Attachment, Container, HealthStatus, Task as TaskAnswer } from '@aws-sdk/client-ecs'
import type { ContainerState, Task } from '../model.ts'
import type { Region } from '../region.ts'
import { tagsOf } from './tags.ts'

const TIMES = ['pullStartedAt', 'pullStoppedAt', 'startedAt', 'stoppingAt', 'executionStoppedAt', 'stoppedAt'] as const

export function taskAnswer(region: Region, task: Task, withTags: boolean): TaskAnswer {
  const { definition, launchType } = task
  const times = TIMES.flatMap((name) => (task[name] === undefined ? [] : [[name, task[name]]]))
  return {
    attachments: task.eni === undefined ? [] : [attachmentOf(task, task.eni)],
    attributes: [{ name: 'ecs.cpu-architecture', value: definition.body.runtimePlatform?.cpuArchitecture ?? 'x86_64' }],
    availabilityZone: task.availabilityZone,
    ...(task.capacityProviderName === undefined ? {} : { capacityProviderName: task.capacityProviderName }),
    clusterArn: task.cluster.arn,
    ...(task.startedAt === undefined ? {} : { connectivity: 'CONNECTED', connectivityAt: task.startedAt }),
    ...(task.instance === undefined ? {} : { containerInstanceArn: task.instance.arn }),
    containers: task.containers.map((container) => containerAnswer(task, container)),
    ...(definition.body.cpu === undefined ? {} : { cpu: definition.body.cpu }),
    ...(definition.body.memory === undefined ? {} : { memory: definition.body.memory }),
    createdAt: task.createdAt,
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    group: task.group,
    healthStatus: healthStatusOf(task),
    lastStatus: task.lastStatus,
    launchType,
    overrides: {
      containerOverrides: task.containers.map(({ definition: { name } }) => ({
        name,
        ...task.overrides.containerOverrides?.find((override) => override.name === name),
      })),
      inferenceAcceleratorOverrides: [],
      ...(task.overrides.taskRoleArn === undefined ? {} : { taskRoleArn: task.overrides.taskRoleArn }),
    },
    ...(task.platformVersion === undefined ? {} : { platformVersion: task.platformVersion, platformFamily: 'Linux' }),
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode, stoppedReason: task.stoppedReason }),
    tags: withTags ? tagsOf(region, task.arn) : [],
    taskArn: task.arn,
    taskDefinitionArn: definition.arn,
    version: task.version,
    ...(launchType === 'FARGATE' ? { ephemeralStorage: { sizeInGiB: 20 } } : {}),
    ...Object.fromEntries(times),
  }
}

function containerAnswer(task: Task, container: ContainerState): Container {
  const { definition } = container
  return {
    containerArn: container.arn,
    taskArn: task.arn,
    name: definition.name,
    image: definition.image,
    ...(container.imageDigest === undefined ? {} : { imageDigest: container.imageDigest }),
    ...(container.runtimeId === undefined ? {} : { runtimeId: container.runtimeId }),
    lastStatus: container.lastStatus === 'STOPPED' || task.lastStatus !== 'STOPPED' ? container.lastStatus : 'STOPPED',
    ...(container.exitCode === undefined ? {} : { exitCode: container.exitCode }),
    ...(container.reason === undefined ? {} : { reason: container.reason }),
    networkBindings: [...container.networkBindings],
    networkInterfaces:
      task.eni === undefined || task.privateIp === undefined
        ? []
        : [{ attachmentId: attachmentId(task), privateIpv4Address: task.privateIp }],
    healthStatus: container.healthStatus,
    cpu: String(definition.cpu ?? 0),
    ...(definition.memory === undefined ? {} : { memory: String(definition.memory) }),
    ...(definition.memoryReservation === undefined ? {} : { memoryReservation: String(definition.memoryReservation) }),
  }
}

/** UNHEALTHY if an essential container is unhealthy. HEALTHY if all containers with a health check are healthy. */
function healthStatusOf({ containers }: Task): HealthStatus {
  const checked = containers.filter(({ definition }) => definition.essential !== false && definition.healthCheck)
  if (checked.some(({ healthStatus }) => healthStatus === 'UNHEALTHY')) return 'UNHEALTHY'
  const allHealthy = checked.length > 0 && checked.every(({ healthStatus }) => healthStatus === 'HEALTHY')
  return allHealthy ? 'HEALTHY' : 'UNKNOWN'
}

/** An ENI's id is a UUID. It is made from the task's id, which has as many digits. */
const attachmentId = ({ id }: Task) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

function attachmentOf(task: Task, eni: string): Attachment {
  const subnet = task.networkConfiguration?.awsvpcConfiguration?.subnets?.[0]
  const status = task.lastStatus === 'STOPPED' ? 'DELETED' : task.privateIp === undefined ? 'PRECREATED' : 'ATTACHED'
  const details = [
    ['subnetId', subnet],
    ['networkInterfaceId', task.privateIp === undefined ? undefined : eni],
    ['macAddress', task.privateIp === undefined ? undefined : macOf(task.privateIp)],
    ['privateIPv4Address', task.privateIp],
  ] as const
  return {
    id: attachmentId(task),
    type: 'ElasticNetworkInterface',
    status,
    details: details.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
  }
}

/** Docker's form: 02:42, then the address. */
const macOf = (ip: string) =>
  ['02', '42', ...ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':')
