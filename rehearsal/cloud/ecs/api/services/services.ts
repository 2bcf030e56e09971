import type {
  CreateServiceRequest,
  DeleteServiceRequest,
  DescribeServicesRequest,
  ListServicesRequest,
  UpdateServiceRequest,
} from '@aws-sdk/client-ecs'
import { formatGlobalArn } from '../../../kernel/arn.ts'
import type { Caller } from '../../../kernel/call.ts'
import { ecsArn, nameOf } from '../../arn.ts'
import { type Ecs, nowOf } from '../../context.ts'
import { registerInstances } from '../../instances.ts'
import { refusals, verdict } from '../../messages.ts'
import type { Cluster, Service, ServiceSpec, TaskDefinition } from '../../model.ts'
import type { Region } from '../../region.ts'
import { beginDeployment, conclude, isOpen } from '../../scheduler/rollout.ts'
import type { Scheduler } from '../../scheduler/scheduler.ts'
import { primaryOf } from '../../scheduler/task-counts.ts'
import type { Api } from '../api.ts'
import { invalid, notSimulated } from '../errors.ts'
import { pageOf, pageSize, refuseLargeBatch } from '../paging.ts'
import { setTags } from '../tags.ts'
import { completed, refuseForController, refuseUnshiftable } from './deployment-strategy.ts'
import { serviceAnswer } from './service-answers.ts'
import { changedSpec, newSpec } from './service-spec.ts'
import { refuseConfiguration, refuseSpec } from './service-validation.ts'

export function serviceOperations(ecs: Ecs, scheduler: Scheduler): Api {
  return {
    CreateService: (input: CreateServiceRequest, caller) => {
      const region = ecs.regions.get(caller)
      const cluster = region.cluster(input.cluster)
      const existing = cluster.services.get(input.serviceName ?? '')
      if (existing !== undefined && existing.status !== 'INACTIVE') {
        if (existing.status === 'DRAINING') throw invalid('Unable to Start a service that is still Draining.')
        const isRepeat = input.clientToken !== undefined && existing.clientToken === input.clientToken
        if (isRepeat) return { service: serviceAnswer(ecs, existing, true) }
        throw invalid('Creation of service was not idempotent.')
      }
      refuseCreation(input)
      const spec = newSpec(input, definitionOf(region, input))
      const service = newService(ecs, cluster, input, spec, caller)
      if (service.controller !== 'EXTERNAL') refuseSpec(ecs, cluster.scope, spec, service.schedulingStrategy)
      refuseConfiguration(service.deploymentConfiguration, service.schedulingStrategy)
      refuseUnshiftable(ecs, cluster.scope, service.deploymentConfiguration, spec.loadBalancers)
      if (service.healthCheckGracePeriodSeconds && spec.loadBalancers.length === 0)
        throw invalid(GRACE_WITHOUT_BALANCER)
      setTags(region, service.arn, input.tags)
      if (spec.launchType === 'EC2') registerInstances(ecs, cluster)
      cluster.services.set(service.name, service)
      if (service.controller !== 'EXTERNAL') beginDeployment(ecs, service, spec)
      scheduler.touch(service)
      return { service: serviceAnswer(ecs, service, true) }
    },

    UpdateService: (input: UpdateServiceRequest, caller) => {
      const region = ecs.regions.get(caller)
      const service = region.service(region.cluster(input.cluster), input.service ?? '')
      const { spec, schedulingStrategy } = service
      if (input.desiredCount !== undefined && schedulingStrategy === 'DAEMON') throw invalid(COUNT_OF_DAEMON)
      refuseCount(input.desiredCount)
      const definition =
        input.taskDefinition === undefined ? spec.taskDefinition : region.taskDefinition(input.taskDefinition)
      const changed = changedSpec(service, input, definition)
      refuseForController(service.controller, {
        taskDefinition: definition !== spec.taskDefinition,
        forced: input.forceNewDeployment ?? false,
        spec: changed !== undefined,
      })
      if (changed !== undefined) refuseSpec(ecs, service.cluster.scope, changed, schedulingStrategy)
      const asked = input.deploymentConfiguration
      const configuration = completed(asked, { ...service.deploymentConfiguration, ...asked })
      refuseConfiguration(configuration, schedulingStrategy)
      refuseUnshiftable(ecs, service.cluster.scope, configuration, (changed ?? spec).loadBalancers)

      service.deploymentConfiguration = configuration
      updateStatus(service, input)
      if (changed !== undefined) beginDeployment(ecs, service, changed)
      const primary = primaryOf(service)
      if (primary !== undefined && input.desiredCount !== undefined) {
        primary.desiredCount = input.desiredCount
        primary.updatedAt = nowOf(ecs)
        service.scheduling.steady = false
      }
      scheduler.touch(service)
      return { service: serviceAnswer(ecs, service, true) }
    },

    DescribeServices: (input: DescribeServicesRequest, caller) => {
      const asked = input.services ?? []
      refuseLargeBatch('services', asked, 10)
      const cluster = ecs.regions.get(caller).cluster(input.cluster)
      const found = asked.map((name) => cluster.services.get(nameOf(name)))
      const tags = input.include?.includes('TAGS') ?? false
      return {
        services: found.flatMap((service) => (service ? [serviceAnswer(ecs, service, tags)] : [])),
        failures: asked
          .filter((_, i) => found[i] === undefined)
          .map((name) => ({
            arn: name.startsWith('arn:') ? name : ecsArn(caller, 'service', `${cluster.name}/${name}`),
            reason: 'MISSING',
          })),
      }
    },

    ListServices: (input: ListServicesRequest, caller) => {
      const cluster = ecs.regions.get(caller).cluster(input.cluster)
      const arns: string[] = []
      for (const { arn, status, spec, schedulingStrategy } of cluster.services.values()) {
        if (status === 'INACTIVE') continue
        if (input.launchType !== undefined && spec.launchType !== input.launchType) continue
        if (input.schedulingStrategy !== undefined && schedulingStrategy !== input.schedulingStrategy) continue
        arns.push(arn)
      }
      const { items, nextToken } = pageOf(arns, input.nextToken, pageSize(input.maxResults, 10))
      return { serviceArns: items, nextToken }
    },

    DeleteService: (input: DeleteServiceRequest, caller) => {
      const region = ecs.regions.get(caller)
      const service = region.service(region.cluster(input.cluster), input.service ?? '')
      const scaledUp = service.schedulingStrategy === 'REPLICA' && service.desiredCount > 0
      if (scaledUp && !input.force) throw invalid('The service cannot be stopped while it is scaled above 0.')
      service.status = 'DRAINING'
      service.desiredCount = 0
      for (const deployment of service.deployments) {
        deployment.halted = true
        if (isOpen(deployment.record)) conclude(ecs, deployment.record, 'STOPPED', verdict.serviceDeleted)
      }
      scheduler.touch(service)
      return { service: serviceAnswer(ecs, service, true) }
    },
  }
}

const COUNT_OF_DAEMON =
  'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again'
const GRACE_WITHOUT_BALANCER = 'Health check grace period is only valid for services configured to use load balancers'

function refuseCreation(input: CreateServiceRequest): void {
  const { serviceName = '', launchType, capacityProviderStrategy, desiredCount, schedulingStrategy } = input
  if (!/^[\w-]{1,255}$/.test(serviceName)) {
    throw invalid(`Invalid service name '${serviceName}'. Only letters, digits, underscores and hyphens, up to 255.`)
  }
  const { type: controller = 'ECS' } = input.deploymentController ?? {}
  const { strategy = 'ROLLING' } = input.deploymentConfiguration ?? {}
  if (controller !== 'ECS' && strategy !== 'ROLLING') throw invalid(refusals.strategyOfOther(strategy, controller))
  if (controller === 'EXTERNAL' && input.taskDefinition !== undefined) throw invalid(refusals.definitionOfExternal)
  // Terraform sends a list without entries where none was set.
  if (launchType !== undefined && (capacityProviderStrategy ?? []).length > 0) {
    throw invalid(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    )
  }
  if (launchType === 'EXTERNAL') throw notSimulated('the launch type EXTERNAL')
  if (schedulingStrategy === 'DAEMON' && desiredCount !== undefined) throw invalid(COUNT_OF_DAEMON)
  if (schedulingStrategy !== 'DAEMON' && desiredCount === undefined) {
    throw invalid('The number of tasks to run (desiredCount) must be specified for the REPLICA scheduling strategy.')
  }
  refuseCount(desiredCount)
}

/** The service's task definition; `undefined` with the EXTERNAL controller, whose task sets have it. */
function definitionOf(region: Region, { taskDefinition, deploymentController }: CreateServiceRequest): TaskDefinition {
  if (taskDefinition !== undefined) return region.taskDefinition(taskDefinition)
  if (deploymentController?.type !== 'EXTERNAL') throw invalid('TaskDefinition can not be blank.')
  return {
    ...{ arn: '', family: '', revision: 0, status: 'ACTIVE', registeredAt: new Date(0), registeredBy: '' },
    ...{ body: { family: '', containerDefinitions: [] }, containers: [] },
  }
}

function refuseCount(count: number | undefined): void {
  if (count !== undefined && (!Number.isInteger(count) || count < 0))
    throw invalid('Desired count must not be negative.')
}

/** Changes what an update can change without a new deployment. */
function updateStatus(service: Service, input: UpdateServiceRequest): void {
  service.desiredCount = input.desiredCount ?? service.desiredCount
  service.healthCheckGracePeriodSeconds = input.healthCheckGracePeriodSeconds ?? service.healthCheckGracePeriodSeconds
  service.placementConstraints = input.placementConstraints ?? service.placementConstraints
  service.placementStrategy = input.placementStrategy ?? service.placementStrategy
  service.enableExecuteCommand = input.enableExecuteCommand ?? service.enableExecuteCommand
  service.enableECSManagedTags = input.enableECSManagedTags ?? service.enableECSManagedTags
  service.propagateTags = input.propagateTags ?? service.propagateTags
  service.availabilityZoneRebalancing = input.availabilityZoneRebalancing ?? service.availabilityZoneRebalancing
}

function newService(
  ecs: Ecs,
  cluster: Cluster,
  input: CreateServiceRequest,
  spec: ServiceSpec,
  caller: Caller,
): Service {
  const name = input.serviceName ?? ''
  const schedulingStrategy = input.schedulingStrategy ?? 'REPLICA'
  return {
    cluster,
    arn: ecsArn(cluster.scope, 'service', `${cluster.name}/${name}`),
    name,
    createdAt: nowOf(ecs),
    createdBy: caller.arn,
    schedulingStrategy,
    status: 'ACTIVE',
    spec,
    desiredCount: input.desiredCount ?? 0,
    controller: input.deploymentController?.type ?? 'ECS',
    deploymentConfiguration: completed(input.deploymentConfiguration, {
      deploymentCircuitBreaker: { enable: false, rollback: false },
      maximumPercent: schedulingStrategy === 'DAEMON' ? 100 : 200,
      minimumHealthyPercent: schedulingStrategy === 'DAEMON' ? 0 : 100,
      strategy: 'ROLLING',
      ...input.deploymentConfiguration,
    }),
    healthCheckGracePeriodSeconds:
      input.healthCheckGracePeriodSeconds ?? (spec.loadBalancers.length > 0 ? 0 : undefined),
    placementConstraints: input.placementConstraints ?? [],
    placementStrategy: input.placementStrategy ?? [],
    enableECSManagedTags: input.enableECSManagedTags ?? false,
    propagateTags: input.propagateTags ?? 'NONE',
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? 'DISABLED',
    roleArn: roleOf(cluster, input, spec),
    clientToken: input.clientToken,
    deployments: [],
    serviceDeployments: [],
    events: [],
    lastCompleted: undefined,
    live: 'primary',
    scheduling: {
      pass: undefined,
      startFailures: 0,
      notBefore: 0,
      retry: undefined,
      steady: false,
      reportedProblem: undefined,
      registered: new Map(),
      deregistered: new Map(),
      draining: new Map(),
    },
  }
}

/** Role for registering targets: that of the request, else the service-linked role. */
function roleOf({ scope }: Cluster, input: CreateServiceRequest, spec: ServiceSpec): string | undefined {
  if (input.role !== undefined) return input.role
  const linked = formatGlobalArn('iam', scope.account, 'role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS')
  return spec.loadBalancers.length > 0 || spec.networkConfiguration !== undefined ? linked : undefined
}
