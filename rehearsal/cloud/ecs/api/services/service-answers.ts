import type { Deployment as DeploymentAnswer, Service as ServiceAnswer, TaskSet } from '@aws-sdk/client-ecs'
import type { Ecs } from '../../context.ts'
import { rollout } from '../../messages.ts'
import type { Deployment, Service, ServiceDeployment, ServiceSpec, Task } from '../../model.ts'
import { wantedOf } from '../../scheduler/blue-green/desired-tasks.ts'
import { desiredCountOf, primaryOf } from '../../scheduler/task-counts.ts'

import { platformOf } from '../../task/new-task.ts'
import { tagsOf } from '../tags.ts'

export function serviceAnswer(ecs: Ecs, service: Service, withTags: boolean): ServiceAnswer {
  const { cluster, spec } = service
  const region = ecs.regions.get(cluster.scope)
  const counts = service.deployments.map(countsOf)
  const total = (of: keyof Counts) => counts.reduce((sum, each) => sum + each[of], 0)
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: cluster.arn,
    loadBalancers: [...spec.loadBalancers],
    serviceRegistries: [...spec.serviceRegistries],
    status: service.status,
    desiredCount: service.status === 'ACTIVE' ? desiredCountOf(service) : 0,
    runningCount: total('running'),
    pendingCount: total('pending'),
    ...launchOf(spec),
    ...(service.controller === 'EXTERNAL' ? {} : { taskDefinition: spec.taskDefinition.arn }),
    deploymentConfiguration: service.deploymentConfiguration,
    ...deploymentsOf(ecs, service),
    ...(service.roleArn === undefined ? {} : { roleArn: service.roleArn }),
    events: service.events.map((event) => ({ ...event })),
    createdAt: service.createdAt,
    ...(service.controller === 'ECS' ? currentOf(ecs, service) : {}),
    placementConstraints: [...service.placementConstraints],
    placementStrategy: [...service.placementStrategy],
    ...(spec.networkConfiguration === undefined ? {} : { networkConfiguration: spec.networkConfiguration }),
    ...(service.healthCheckGracePeriodSeconds === undefined
      ? {}
      : { healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds }),
    schedulingStrategy: service.schedulingStrategy,
    deploymentController: { type: service.controller },
    ...(withTags ? { tags: tagsOf(region, service.arn) } : {}),
    createdBy: service.createdBy,
    enableECSManagedTags: service.enableECSManagedTags,
    propagateTags: service.propagateTags,
    enableExecuteCommand: service.enableExecuteCommand,
    availabilityZoneRebalancing: service.availabilityZoneRebalancing,
    // Express services, which ECS manages, are not simulated.
    resourceManagementType: 'CUSTOMER',
  }
}

/** Services with another controller than ECS have task sets in place of deployments. */
function deploymentsOf(ecs: Ecs, service: Service): Pick<ServiceAnswer, 'deployments' | 'taskSets'> {
  if (service.controller === 'ECS') {
    return { deployments: service.deployments.map((deployment) => deploymentAnswer(ecs, deployment)) }
  }
  return { deployments: [], taskSets: service.deployments.map((deployment) => taskSetAnswer(deployment)) }
}

function taskSetAnswer(deployment: Deployment): TaskSet {
  const { id, service, revision, createdAt, updatedAt } = deployment
  const { running, pending } = countsOf(deployment)
  const isSteady = running === service.desiredCount && pending === 0
  return {
    id,
    taskSetArn: `${service.arn.replace(':service/', ':task-set/')}/${id}`,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    status: deployment.status,
    taskDefinition: revision.spec.taskDefinition.arn,
    computedDesiredCount: service.desiredCount,
    pendingCount: pending,
    runningCount: running,
    createdAt,
    updatedAt,
    ...launchOf(revision.spec),
    loadBalancers: [...revision.spec.loadBalancers],
    serviceRegistries: [...revision.spec.serviceRegistries],
    scale: { value: 100, unit: 'PERCENT' },
    stabilityStatus: isSteady ? 'STEADY_STATE' : 'STABILIZING',
    stabilityStatusAt: updatedAt,
  }
}

/** The launch settings that services, deployments and revisions have in common. */
export function launchOf(spec: ServiceSpec) {
  const { launchType, capacityProviderStrategy, platformVersion } = spec
  const onFargate = launchType === 'FARGATE' || capacityProviderStrategy?.[0]?.capacityProvider?.startsWith('FARGATE')
  return {
    ...(launchType === undefined ? {} : { launchType }),
    ...(capacityProviderStrategy === undefined ? {} : { capacityProviderStrategy: [...capacityProviderStrategy] }),
    ...(onFargate ? { platformVersion: platformVersion ?? 'LATEST', platformFamily: 'Linux' } : {}),
  }
}

/** Configurations that AWS shows in a deployment, and not in its service. */
function configurationsOf({
  serviceConnectConfiguration,
  volumeConfigurations,
  vpcLatticeConfigurations,
}: ServiceSpec) {
  return {
    ...(serviceConnectConfiguration === undefined ? {} : { serviceConnectConfiguration }),
    ...(volumeConfigurations === undefined ? {} : { volumeConfigurations: [...volumeConfigurations] }),
    ...(vpcLatticeConfigurations === undefined ? {} : { vpcLatticeConfigurations: [...vpcLatticeConfigurations] }),
  }
}

function deploymentAnswer({ clock }: Ecs, deployment: Deployment): DeploymentAnswer {
  const { id, revision, service, createdAt, updatedAt } = deployment
  const { running, pending, wanted } = countsOf(deployment)
  const launch = launchOf(revision.spec)
  const isStale = deployment.staleUntil > clock.now()
  // Behind a Classic Load Balancer, AWS shows no rollout state.
  const says = !service.spec.loadBalancers.some(({ loadBalancerName }) => loadBalancerName !== undefined)
  return {
    id,
    status: deployment.status,
    taskDefinition: revision.spec.taskDefinition.arn,
    desiredCount: deployment.status === 'PRIMARY' ? desiredCountOf(service) : wanted,
    pendingCount: pending,
    runningCount: running,
    failedTasks: deployment.failedTasks,
    createdAt,
    updatedAt,
    ...launch,
    ...(launch.platformVersion === undefined ? {} : { platformVersion: platformOf(launch.platformVersion) }),
    ...(revision.spec.networkConfiguration === undefined
      ? {}
      : { networkConfiguration: revision.spec.networkConfiguration }),
    ...configurationsOf(revision.spec),
    ...(says
      ? {
          rolloutState: isStale ? 'IN_PROGRESS' : deployment.rolloutState,
          rolloutStateReason: isStale ? rollout.inProgress(id) : deployment.rolloutStateReason,
        }
      : {}),
  }
}

/** The members about the current service deployment and its revisions. They are as stale as the scenario says. */
function currentOf({ clock, staleness }: Ecs, service: Service) {
  const seen = (record: ServiceDeployment) =>
    record.createdAt.getTime() + staleness.currentServiceDeployment <= clock.now()
  const current = service.serviceDeployments.find(seen)
  const revisions = service.deployments.map((deployment) => {
    const { running, pending, wanted } = countsOf(deployment)
    return {
      arn: deployment.revision.arn,
      requestedTaskCount:
        wantedOf(deployment) ?? (deployment === primaryOf(service) ? desiredCountOf(service) : wanted),
      runningTaskCount: running,
      pendingTaskCount: pending,
    }
  })
  return {
    ...(current === undefined ? {} : { currentServiceDeployment: current.arn }),
    currentServiceRevisions: revisions,
  }
}

export interface Counts {
  readonly running: number
  readonly pending: number
  readonly wanted: number
}

export function countsOf({ tasks }: { readonly tasks: Iterable<Task> }): Counts {
  let running = 0
  let pending = 0
  let wanted = 0
  for (const { lastStatus, desiredStatus } of tasks) {
    if (lastStatus === 'RUNNING') running += 1
    else if (desiredStatus === 'RUNNING') pending += 1
    if (desiredStatus === 'RUNNING') wanted += 1
  }
  return { running, pending, wanted }
}
