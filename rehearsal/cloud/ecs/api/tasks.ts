import type { DescribeTasksRequest, ListTasksRequest, RunTaskRequest, StopTaskRequest, Tag } from '@aws-sdk/client-ecs'
import { AwsError } from '../../kernel/errors.ts'
import { ecsArn, nameOf } from '../arn.ts'
import type { Ecs } from '../context.ts'
import { registerInstances } from '../instances.ts'
import { stopped } from '../messages.ts'
import type { Cluster, Task, TaskDefinition } from '../model.ts'
import type { Region } from '../region.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import { newTask } from '../task/new-task.ts'
import { needsOf, place } from '../task/placement.ts'
import type { Api } from './api.ts'
import { invalid } from './errors.ts'
import { pageOf, pageSize, refuseLargeBatch } from './paging.ts'
import { refuseNetwork } from './services/service-validation.ts'
import { setTags, tagsOf } from './tags.ts'
import { taskAnswer } from './task-answers.ts'
import { runsOnFargate } from './task-definitions.ts'

export function taskOperations(ecs: Ecs, scheduler: Scheduler): Api {
  return {
    RunTask: (input: RunTaskRequest, caller) => {
      const region = ecs.regions.get(caller)
      const cluster = region.cluster(input.cluster)
      const definition = region.taskDefinition(input.taskDefinition ?? '')
      refuseRun(input, definition)
      const repeated = repeatOf(region, cluster, input)
      const { tasks, failures } = repeated ?? run(ecs, scheduler, cluster, definition, input)
      if (repeated === undefined) {
        for (const { arn } of tasks) setTags(region, arn, tagsFor(region, input, definition))
        keepToken(region, input, tasks)
      }
      return { tasks: tasks.map((task) => taskAnswer(region, task, true)), failures }
    },

    StopTask: (input: StopTaskRequest, caller) => {
      const region = ecs.regions.get(caller)
      const cluster = region.cluster(input.cluster)
      const task = cluster.tasks.get(nameOf(input.task ?? ''))
      if (task === undefined) throw invalid('The referenced task was not found.')
      if (task.lastStatus !== 'STOPPED') scheduler.tasks.stop(task, 'UserInitiated', input.reason ?? stopped.user)
      return { task: taskAnswer(region, task, true) }
    },

    ListTasks: (input: ListTasksRequest, caller) => {
      const cluster = ecs.regions.get(caller).cluster(input.cluster)
      refuseFilters(input, cluster)
      const arns: string[] = []
      for (const task of candidates(cluster, input)) if (matches(task, input)) arns.push(task.arn)
      const { items, nextToken } = pageOf(arns, input.nextToken, pageSize(input.maxResults, 100))
      return { taskArns: items, nextToken }
    },

    DescribeTasks: (input: DescribeTasksRequest, caller) => {
      const asked = input.tasks ?? []
      refuseLargeBatch('tasks', asked, 100)
      const region = ecs.regions.get(caller)
      const cluster = region.cluster(input.cluster)
      const found = asked.map((name) => cluster.tasks.get(nameOf(name)))
      const withTags = input.include?.includes('TAGS') ?? false
      return {
        tasks: found.flatMap((task) => (task ? [taskAnswer(region, task, withTags)] : [])),
        failures: asked
          .filter((_, i) => found[i] === undefined)
          .map((name) => ({
            arn: name.startsWith('arn:') ? name : ecsArn(caller, 'task', `${cluster.name}/${name}`),
            reason: 'MISSING',
          })),
      }
    },
  }
}

interface Started {
  readonly tasks: readonly Task[]
  readonly failures: readonly { arn?: string; reason: string }[]
}

function refuseRun(input: RunTaskRequest, definition: TaskDefinition): void {
  const { count = 1, launchType, capacityProviderStrategy, overrides } = input
  if (!Number.isInteger(count) || count < 1 || count > 10) throw invalid('Count must be between 1 and 10.')
  if (launchType !== undefined && capacityProviderStrategy !== undefined) {
    throw invalid(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    )
  }
  if ((input.clientToken?.length ?? 0) > 64) throw invalid('clientToken can have at most 64 characters.')
  if ((input.startedBy?.length ?? 0) > 128) throw invalid('startedBy can have at most 128 characters.')
  if (launchTypeOf(input) === 'FARGATE' && !runsOnFargate(definition)) {
    throw invalid('Task definition does not support launch_type FARGATE.')
  }
  refuseNetwork(definition, input.networkConfiguration !== undefined)
  const names = new Set(definition.containers.map(({ name }) => name))
  for (const { name } of overrides?.containerOverrides ?? []) {
    if (!names.has(name)) {
      throw invalid(`Override for container named ${name} is not a container in the TaskDefinition.`)
    }
  }
  if (JSON.stringify(overrides ?? {}).length > 8192) {
    throw invalid('Container Overrides length must be at most 8192.')
  }
}

function run(
  ecs: Ecs,
  scheduler: Scheduler,
  cluster: Cluster,
  definition: TaskDefinition,
  input: RunTaskRequest,
): Started {
  const launchType = launchTypeOf(input)
  if (launchType === 'EC2') registerInstances(ecs, cluster)
  const group = input.group ?? `family:${definition.family}`
  const tasks: Task[] = []
  const failures: { arn?: string; reason: string }[] = []
  for (let i = 0; i < (input.count ?? 1); i++) {
    const { family, revision, containers } = definition
    const identity = { scope: cluster.scope, cluster: cluster.name, family, revision, containers }
    const refusal =
      launchType === 'FARGATE'
        ? ecs.runtime.fargateRefusal({ ...identity, service: undefined, deploymentId: undefined })
        : undefined
    const placement = launchType === 'FARGATE' ? undefined : place(cluster, needsOf(definition), group)
    if (placement !== undefined && 'code' in placement) {
      if (placement.code === 'EMPTY CLUSTER') throw invalid(placement.reason)
      failures.push({ ...(placement.arn === undefined ? {} : { arn: placement.arn }), reason: placement.code })
      continue
    }
    if (refusal !== undefined) {
      failures.push({ reason: refusal })
      continue
    }
    const task = newTask(ecs, { cluster, definition, group, launchType, ...placement, ...optionsOf(input) })
    scheduler.tasks.launch(task)
    tasks.push(task)
  }
  return { tasks, failures }
}

/** Members that a task copies from RunTask's input. */
function optionsOf(input: RunTaskRequest) {
  const { startedBy, overrides, networkConfiguration, platformVersion, capacityProviderStrategy } = input
  const given = {
    startedBy,
    overrides,
    networkConfiguration,
    platformVersion,
    capacityProviderName: capacityProviderStrategy?.[0]?.capacityProvider,
    enableExecuteCommand: input.enableExecuteCommand,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof typeof given]?: NonNullable<(typeof given)[K]>
  }
}

function launchTypeOf({ launchType, capacityProviderStrategy }: RunTaskRequest): 'EC2' | 'FARGATE' {
  if (launchType !== undefined) return launchType === 'FARGATE' ? 'FARGATE' : 'EC2'
  return capacityProviderStrategy?.[0]?.capacityProvider?.startsWith('FARGATE') ? 'FARGATE' : 'EC2'
}

const requestKey = ({ clientToken: _, ...rest }: RunTaskRequest) => JSON.stringify(rest)

/** The earlier response for the same clientToken. */
function repeatOf(region: Region, cluster: Cluster, input: RunTaskRequest): Started | undefined {
  const earlier = input.clientToken === undefined ? undefined : region.runs.get(input.clientToken)
  if (earlier === undefined) return undefined
  if (earlier.request !== requestKey(input)) {
    throw new AwsError('ConflictException', 'The clientToken was used before, for another request.', 400, {
      resourceIds: earlier.taskArns,
    })
  }
  return { tasks: earlier.taskArns.flatMap((arn) => cluster.tasks.get(nameOf(arn)) ?? []), failures: [] }
}

function keepToken(region: Region, input: RunTaskRequest, tasks: readonly Task[]): void {
  if (input.clientToken === undefined || tasks.length === 0) return
  region.runs.set(input.clientToken, { request: requestKey(input), taskArns: tasks.map(({ arn }) => arn) })
}

function tagsFor(region: Region, input: RunTaskRequest, definition: TaskDefinition): readonly Tag[] {
  const inherited = input.propagateTags === 'TASK_DEFINITION' ? tagsOf(region, definition.arn) : []
  return [...inherited, ...(input.tags ?? [])]
}

function refuseFilters(input: ListTasksRequest, cluster: Cluster): void {
  const { startedBy, family, serviceName, containerInstance, launchType } = input
  const others = [family, serviceName, containerInstance, launchType, input.desiredStatus]
  if (startedBy !== undefined && others.some((filter) => filter !== undefined)) {
    throw invalid('startedBy cannot be combined with another filter.')
  }
  if (family !== undefined && serviceName !== undefined) throw invalid('Cannot specify both family and serviceName.')
  if (serviceName !== undefined && !cluster.services.has(nameOf(serviceName))) {
    throw new AwsError('ServiceNotFoundException', 'Service not found.')
  }
  if (containerInstance !== undefined && !cluster.instances.has(nameOf(containerInstance))) {
    throw invalid('The referenced container instance was not found.')
  }
}

function candidates(cluster: Cluster, { serviceName }: ListTasksRequest): Iterable<Task> {
  if (serviceName === undefined) return cluster.tasks.values()
  return cluster.groups.get(`service:${nameOf(serviceName)}`) ?? []
}

function matches(task: Task, input: ListTasksRequest): boolean {
  // A desired status is RUNNING or STOPPED. The filter PENDING finds no task, as on AWS.
  const { desiredStatus = 'RUNNING', startedBy, family, launchType, containerInstance } = input
  return (
    task.desiredStatus === desiredStatus &&
    (startedBy === undefined || task.startedBy === startedBy) &&
    (family === undefined || task.definition.family === family) &&
    (launchType === undefined || task.launchType === launchType) &&
    (containerInstance === undefined || task.instance?.id === nameOf(containerInstance))
  )
}
