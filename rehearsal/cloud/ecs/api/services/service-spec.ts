import type { CreateServiceRequest, UpdateServiceRequest } from '@aws-sdk/client-ecs'
import type { Service, ServiceSpec, TaskDefinition } from '../../model.ts'

/** The members of CreateService and UpdateService that a service revision holds. */
const PINNED = [
  'capacityProviderStrategy',
  'platformVersion',
  'networkConfiguration',
  'loadBalancers',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
] as const satisfies readonly (keyof ServiceSpec & keyof UpdateServiceRequest)[]

/** The spec of a new service. */
export function newSpec(input: CreateServiceRequest, taskDefinition: TaskDefinition): ServiceSpec {
  const { launchType } = input
  // An empty strategy counts as absent.
  const capacityProviderStrategy = input.capacityProviderStrategy?.length ? input.capacityProviderStrategy : undefined
  return {
    taskDefinition,
    launchType: launchType ?? (capacityProviderStrategy === undefined ? 'EC2' : undefined),
    capacityProviderStrategy,
    platformVersion: input.platformVersion,
    networkConfiguration: input.networkConfiguration,
    loadBalancers: input.loadBalancers ?? [],
    serviceRegistries: input.serviceRegistries ?? [],
    serviceConnectConfiguration: input.serviceConnectConfiguration,
    volumeConfigurations: input.volumeConfigurations,
    vpcLatticeConfigurations: input.vpcLatticeConfigurations,
  }
}

/** The new spec of an updated service, or `undefined` when the update changes none of it. */
export function changedSpec(
  { spec }: Service,
  input: UpdateServiceRequest,
  taskDefinition: TaskDefinition,
): ServiceSpec | undefined {
  const changes: Record<string, unknown> = {}
  for (const member of PINNED) if (input[member] !== undefined) changes[member] = input[member]
  // A capacity provider strategy replaces a launch type.
  if (input.capacityProviderStrategy !== undefined) changes['launchType'] = undefined
  const changed: ServiceSpec = { ...spec, ...changes, taskDefinition }
  const isSame = Object.keys(changes).every((member) => same(spec[member as keyof ServiceSpec], changes[member]))
  return isSame && taskDefinition === spec.taskDefinition && !input.forceNewDeployment ? undefined : changed
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
