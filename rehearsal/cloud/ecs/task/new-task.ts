import type { LaunchType, NetworkConfiguration, TaskOverride } from '@aws-sdk/client-ecs'
import { ecsArn } from '../arn.ts'
import { type Ecs, nowOf } from '../context.ts'
import type { Cluster, ContainerInstance, ContainerState, Deployment, Task, TaskDefinition } from '../model.ts'
import { withOverride } from './overrides.ts'

export interface TaskPlan {
  readonly cluster: Cluster
  readonly definition: TaskDefinition
  readonly group: string
  readonly launchType: LaunchType
  readonly deployment?: Deployment
  readonly instance?: ContainerInstance
  readonly startedBy?: string
  readonly overrides?: TaskOverride
  readonly networkConfiguration?: NetworkConfiguration
  readonly platformVersion?: string
  readonly capacityProviderName?: string
  readonly enableExecuteCommand?: boolean
}

/** A task that is PROVISIONING, not yet started. */
export function newTask(ecs: Ecs, plan: TaskPlan): Task {
  const { cluster, definition, deployment, instance, launchType } = plan
  const { scope } = cluster
  const id = ecs.ids.task()
  const zones = zonesOf(scope.region)
  const spec = deployment?.revision.spec
  const provider = plan.capacityProviderName ?? spec?.capacityProviderStrategy?.[0]?.capacityProvider
  return {
    arn: ecsArn(scope, 'task', `${cluster.name}/${id}`),
    id,
    cluster,
    definition,
    containers: definition.containers.map(
      (container): ContainerState => ({
        definition: withOverride(container, plan.overrides),
        arn: ecsArn(scope, 'container', `${cluster.name}/${id}/${ecs.ids.uuid()}`),
        lastStatus: 'PENDING',
        healthStatus: 'UNKNOWN',
        networkBindings: [],
      }),
    ),
    deployment,
    group: plan.group,
    startedBy: deployment?.id ?? plan.startedBy,
    launchType,
    capacityProviderName: provider,
    platformVersion: launchType === 'FARGATE' ? platformOf(plan.platformVersion ?? spec?.platformVersion) : undefined,
    availabilityZone:
      (instance && `${scope.region}${instance.facts.zone}`) ??
      zones[Math.floor(ecs.random() * zones.length)] ??
      scope.region,
    instance,
    networkConfiguration: plan.networkConfiguration ?? spec?.networkConfiguration,
    overrides: plan.overrides ?? {},
    enableExecuteCommand: plan.enableExecuteCommand ?? deployment?.service.enableExecuteCommand ?? false,
    createdAt: nowOf(ecs),
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    healthy: false,
    everHealthy: false,
    unhealthy: undefined,
    settled: false,
    version: 1,
    ...(definition.body.networkMode === 'awsvpc' ? { eni: ecs.ids.eni() } : {}),
    registrations: [],
    handle: undefined,
    timer: undefined,
    ended: false,
  }
}

/** AWS answers with the number of the version that LATEST stands for. */
export const platformOf = (asked = 'LATEST'): string => (asked === 'LATEST' ? '1.4.0' : asked)

const zonesOf = (region: string): readonly string[] => ['a', 'b', 'c'].map((letter) => `${region}${letter}`)
