import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'
import { AwsError } from '../../kernel/errors.ts'
import { isInEcr } from '../../kernel/image-reference.ts'

/** Refuses what RegisterTaskDefinition refuses, with AWS's error messages. */
export function refuseTaskDefinition(body: RegisterTaskDefinitionRequest): void {
  const { family = '', containerDefinitions = [], networkMode } = body
  if (family === '') throw refused('Family should not be null or empty.')
  if (!/^[\w-]{1,255}$/.test(family)) throw refused('Family contains invalid characters.')
  if (containerDefinitions.length === 0) throw refused('Container list cannot be empty.')
  if (networkMode !== undefined && !['awsvpc', 'bridge', 'host', 'none'].includes(networkMode)) {
    throw refused(`Invalid network mode '${networkMode}'.`)
  }
  for (const container of containerDefinitions) refuseContainer(container, body)
  const names = containerDefinitions.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw refused(`Container name '${twice}' is used more than once.`)
  if (containerDefinitions.every(({ essential }) => essential === false)) {
    throw refused('At least one container must be essential in the task definition.')
  }
  if (body.requiresCompatibilities?.includes('FARGATE')) refuseForFargate(body)
  refuseSize(body)
}

const MOST_BYTES = 65_536

/** The tags are no part of the task definition. */
function refuseSize({ tags: _, ...body }: RegisterTaskDefinitionRequest): void {
  const length = Buffer.byteLength(JSON.stringify(body))
  if (length > MOST_BYTES) throw refused(`Actual length: '${length}'. Max allowed length is '${MOST_BYTES}' bytes.`)
}

function refuseContainer(
  container: ContainerDefinition,
  { networkMode, memory, containerDefinitions }: RegisterTaskDefinitionRequest,
) {
  const { name = '', image = '' } = container
  if (name === '') throw refused('Container.name should not be null or empty.')
  if (!/^[\w-]{1,255}$/.test(name)) throw refused('Container.name contains invalid characters.')
  if (image === '') throw refused('Container.image should not be null or empty.')
  if (/[^\w\-:./@]/.test(image)) throw refused('Container.image contains invalid characters.')
  if (memory === undefined && container.memory === undefined && container.memoryReservation === undefined) {
    throw refused(
      `Invalid setting for container '${name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    )
  }
  if (container.memory !== undefined && container.memory < 6) {
    throw refused(`Invalid 'memory' setting for container '${name}'. The minimum is 6 MiB.`)
  }
  for (const { containerPort, hostPort } of container.portMappings ?? []) {
    if (containerPort !== undefined && (containerPort < 1 || containerPort > 65_535)) {
      throw refused(`Invalid 'containerPort' setting for container '${name}'`)
    }
    if (networkMode === 'awsvpc' && hostPort !== undefined && hostPort !== 0 && hostPort !== containerPort) {
      throw refused('When networkMode=awsvpc, the host ports and container ports in port mappings must match.')
    }
  }
  for (const { containerName } of container.dependsOn ?? []) {
    if (!containerDefinitions?.some((other) => other.name === containerName)) {
      throw refused(`Container '${name}' depends on container '${containerName}', which is not in the task definition.`)
    }
  }
  if ((container.stopTimeout ?? 0) > 120) throw refused(`Invalid 'stopTimeout' setting for container '${name}'.`)
}

/** Fargate's sizes: the memory in MiB for each number of CPU units. */
const FARGATE: Readonly<Record<string, { from: number; to: number; step: number } | readonly number[]>> = {
  256: [512, 1024, 2048],
  512: { from: 1024, to: 4096, step: 1024 },
  1024: { from: 2048, to: 8192, step: 1024 },
  2048: { from: 4096, to: 16_384, step: 1024 },
  4096: { from: 8192, to: 30_720, step: 1024 },
  8192: { from: 16_384, to: 61_440, step: 4096 },
  16384: { from: 32_768, to: 122_880, step: 8192 },
}

/** Whether Fargate supports these sizes. */
export function fitsFargate({ cpu, memory }: RegisterTaskDefinitionRequest): boolean {
  const sizes = FARGATE[cpuUnits(cpu)]
  const mib = memoryMib(memory)
  if (sizes === undefined) return false
  if ('from' in sizes) return mib >= sizes.from && mib <= sizes.to && (mib - sizes.from) % sizes.step === 0
  return sizes.includes(mib)
}

function refuseForFargate(body: RegisterTaskDefinitionRequest): void {
  const { cpu, memory, networkMode, containerDefinitions = [] } = body
  if (networkMode !== 'awsvpc') throw refused('Fargate only supports network mode ‘awsvpc’.')
  if (cpu === undefined) throw refused("Fargate requires that 'cpu' be defined at the task level.")
  if (memory === undefined) throw refused("Fargate requires that 'memory' be defined at the task level.")
  if (!fitsFargate(body)) {
    throw refused(
      `No Fargate configuration exists for given values: ${cpuUnits(cpu)} CPU, ${memoryMib(memory)} memory.`,
    )
  }
  if (containerDefinitions.some(({ privileged }) => privileged)) {
    throw refused("Fargate task definitions do not support 'privileged' containers.")
  }
  const pulls = containerDefinitions.some(({ image = '', secrets = [] }) => isInEcr(image) || secrets.length > 0)
  if (pulls && body.executionRoleArn === undefined) {
    throw refused('Fargate requires task definition to have execution role ARN to support ECR images.')
  }
}

/** '.25 vCPU' and '256' are the same. */
export const cpuUnits = (cpu = ''): number => {
  const [, number = '', unit] = /^([\d.]+)\s*(vcpu)?$/i.exec(cpu) ?? []
  return unit === undefined ? Number(number || Number.NaN) : Number(number) * 1024
}

/** '.5 GB' and '512' are the same. */
export const memoryMib = (memory = ''): number => {
  const [, number = '', unit] = /^([\d.]+)\s*(gb)?$/i.exec(memory) ?? []
  return unit === undefined ? Number(number || Number.NaN) : Number(number) * 1024
}

const refused = (message: string) => new AwsError('ClientException', message)
