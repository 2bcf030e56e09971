import type {
  ContainerDefinition,
  DeleteTaskDefinitionsRequest,
  DeregisterTaskDefinitionRequest,
  DescribeTaskDefinitionRequest,
  ListTaskDefinitionFamiliesRequest,
  ListTaskDefinitionsRequest,
  RegisterTaskDefinitionRequest,
  TaskDefinition as TaskDefinitionAnswer,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../kernel/errors.ts'
import { ecsArn } from '../arn.ts'
import { type Ecs, nowOf } from '../context.ts'
import type { TaskDefinition } from '../model.ts'
import type { Api } from './api.ts'
import { pageOf, pageSize, refuseLargeBatch } from './paging.ts'
import { requiredAttributes } from './required-attributes.ts'
import { setTags, tagsOf } from './tags.ts'
import { cpuUnits, fitsFargate, memoryMib, refuseTaskDefinition } from './task-definition-validation.ts'

export function taskDefinitionOperations(ecs: Ecs): Api {
  return {
    RegisterTaskDefinition: (input: RegisterTaskDefinitionRequest, caller) => {
      refuseTaskDefinition(input)
      const refusal = ecs.runtime.definitionRefusal(input)
      if (refusal !== undefined) throw new AwsError('ClientException', refusal)
      const region = ecs.regions.get(caller)
      const family = input.family ?? ''
      const revisions = region.families.get(family) ?? []
      const { tags, ...rest } = input
      const body: RegisterTaskDefinitionRequest = {
        ...rest,
        containerDefinitions: input.containerDefinitions?.map((container) => withDefaults(container, input)),
        ...(input.cpu === undefined ? {} : { cpu: String(cpuUnits(input.cpu)) }),
        ...(input.memory === undefined ? {} : { memory: String(memoryMib(input.memory)) }),
      }
      const revision = revisions.length + 1
      const definition: TaskDefinition = {
        arn: ecsArn(caller, 'task-definition', `${family}:${revision}`),
        family,
        revision,
        body,
        containers: body.containerDefinitions ?? [],
        registeredAt: nowOf(ecs),
        registeredBy: caller.arn,
        status: 'ACTIVE',
      }
      setTags(region, definition.arn, tags)
      revisions.push(definition)
      region.families.set(family, revisions)
      const kept = tagsOf(region, definition.arn)
      return { taskDefinition: taskDefinitionAnswer(definition), ...(kept.length === 0 ? {} : { tags: kept }) }
    },
    DescribeTaskDefinition: (input: DescribeTaskDefinitionRequest, caller) => {
      const region = ecs.regions.get(caller)
      const definition = region.findTaskDefinition(input.taskDefinition ?? '')
      if (definition === undefined) throw new AwsError('ClientException', 'Unable to describe task definition.')
      const tags = input.include?.includes('TAGS') ? tagsOf(region, definition.arn) : []
      return { taskDefinition: taskDefinitionAnswer(definition), tags }
    },
    DeregisterTaskDefinition: (input: DeregisterTaskDefinitionRequest, caller) => {
      const reference = input.taskDefinition ?? ''
      if (!/:\d+$/.test(reference)) {
        throw new AwsError('ClientException', `Invalid revision number. Number: ${reference.split(':')[1] ?? ''}`)
      }
      const definition = ecs.regions.get(caller).findTaskDefinition(reference)
      if (definition === undefined) {
        throw new AwsError('ClientException', 'Unable to describe task definition.')
      }
      definition.status = 'INACTIVE'
      definition.deregisteredAt ??= nowOf(ecs)
      return { taskDefinition: taskDefinitionAnswer(definition) }
    },
    DeleteTaskDefinitions: (input: DeleteTaskDefinitionsRequest, caller) => {
      const region = ecs.regions.get(caller)
      const asked = input.taskDefinitions ?? []
      refuseLargeBatch('taskDefinitions', asked, 10)
      const deleted: TaskDefinition[] = []
      const failures: { arn: string; reason: string; detail?: string }[] = []
      for (const reference of asked) {
        const definition = region.findTaskDefinition(reference)
        if (definition?.status === 'INACTIVE') {
          definition.status = 'DELETE_IN_PROGRESS'
          deleted.push(definition)
        } else if (definition === undefined) {
          failures.push({ arn: reference, reason: 'MISSING', detail: 'The specified task definition was not found.' })
        } else {
          const detail = 'The specified task definition is still in ACTIVE status. Deregister the target and try again.'
          failures.push({ arn: definition.arn, reason: 'NOT_INACTIVE', detail })
        }
      }
      return { taskDefinitions: deleted.map(taskDefinitionAnswer), failures }
    },
    ListTaskDefinitions: (input: ListTaskDefinitionsRequest, caller) => {
      const { familyPrefix, status = 'ACTIVE', sort = 'ASC' } = input
      const { families } = ecs.regions.get(caller)
      // Here `familyPrefix` is the name of the family, unlike in ListTaskDefinitionFamilies.
      const names = familyPrefix === undefined ? [...families.keys()].sort() : [familyPrefix]
      const arns = names
        .flatMap((name) => families.get(name) ?? [])
        .filter((definition) => definition.status === status)
        .map(({ arn }) => arn)
      if (sort === 'DESC') arns.reverse()
      const { items, nextToken } = pageOf(arns, input.nextToken, pageSize(input.maxResults, 100))
      return { taskDefinitionArns: items, nextToken }
    },
    ListTaskDefinitionFamilies: (input: ListTaskDefinitionFamiliesRequest, caller) => {
      const { familyPrefix = '', status = 'ALL' } = input
      const names = [...ecs.regions.get(caller).families]
        .filter(([name, revisions]) => {
          const isActive = revisions.some((definition) => definition.status === 'ACTIVE')
          return name.startsWith(familyPrefix) && (status === 'ALL' || (status === 'ACTIVE') === isActive)
        })
        .map(([name]) => name)
        .sort()
      const { items, nextToken } = pageOf(names, input.nextToken, pageSize(input.maxResults, 100))
      return { families: items, nextToken }
    },
  }
}

/** AWS's defaults for a container definition. */
function withDefaults(
  container: ContainerDefinition,
  { networkMode }: RegisterTaskDefinitionRequest,
): ContainerDefinition {
  const mirrors = networkMode === 'awsvpc' || networkMode === 'host'
  return {
    cpu: 0,
    essential: true,
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...container,
    // ECS leaves out variables without a value.
    environment: (container.environment ?? []).filter(({ value }) => value !== undefined),
    portMappings: (container.portMappings ?? []).map((mapping) => ({
      protocol: 'tcp',
      ...mapping,
      ...(mapping.containerPortRange === undefined
        ? { hostPort: mapping.hostPort || (mirrors ? mapping.containerPort : 0) }
        : {}),
    })),
    ...(container.healthCheck === undefined
      ? {}
      : { healthCheck: { interval: 30, timeout: 5, retries: 3, ...container.healthCheck } }),
  }
}

/** Whether its tasks can run on Fargate. */
export const runsOnFargate = ({ body }: TaskDefinition): boolean => body.networkMode === 'awsvpc' && fitsFargate(body)

function taskDefinitionAnswer(definition: TaskDefinition): TaskDefinitionAnswer {
  const { body } = definition
  return {
    ...body,
    taskDefinitionArn: definition.arn,
    revision: definition.revision,
    status: definition.status as 'ACTIVE',
    volumes: body.volumes ?? [],
    placementConstraints: body.placementConstraints ?? [],
    requiresAttributes: requiredAttributes(body).map((name) => ({ name })),
    compatibilities: runsOnFargate(definition) ? ['EC2', 'FARGATE'] : ['EC2'],
    registeredAt: definition.registeredAt,
    registeredBy: definition.registeredBy,
    ...(definition.deregisteredAt === undefined ? {} : { deregisteredAt: definition.deregisteredAt }),
  }
}
