import type {
  Cluster as ClusterAnswer,
  CreateClusterRequest,
  DeleteClusterRequest,
  DescribeClustersRequest,
  ListClustersRequest,
  PutClusterCapacityProvidersRequest,
  UpdateClusterRequest,
  UpdateClusterSettingsRequest,
} from '@aws-sdk/client-ecs'
import type { Scope } from '../../kernel/call.ts'
import { AwsError } from '../../kernel/errors.ts'
import { ecsArn, nameOf } from '../arn.ts'
import type { Ecs } from '../context.ts'
import type { Cluster } from '../model.ts'
import type { Region } from '../region.ts'
import type { Api } from './api.ts'
import { pageOf, pageSize, refuseLargeBatch } from './paging.ts'
import { setTags, tagsOf } from './tags.ts'

export function clusterOperations(ecs: Ecs): Api {
  return {
    CreateCluster: (input: CreateClusterRequest, caller) => {
      const region = ecs.regions.get(caller)
      const name = input.clusterName ?? 'default'
      if (!/^[\w-]{1,255}$/.test(name)) throw invalid('Identifier was unexpected')
      const cluster = active(region, name) ?? newCluster(caller, name)
      // CreateCluster returns a cluster that exists already, unchanged.
      if (region.clusters.get(name) !== cluster) {
        cluster.settings = input.settings ?? cluster.settings
        cluster.configuration = input.configuration
        cluster.serviceConnectDefaults = input.serviceConnectDefaults
        cluster.capacityProviders = known(input.capacityProviders ?? [])
        cluster.defaultCapacityProviderStrategy = input.defaultCapacityProviderStrategy ?? []
        setTags(region, cluster.arn, input.tags)
        region.clusters.set(name, cluster)
      }
      return { cluster: clusterAnswer(region, cluster, ALL) }
    },
    DescribeClusters: (input: DescribeClustersRequest, caller) => {
      const region = ecs.regions.get(caller)
      const asked = input.clusters ?? ['default']
      refuseLargeBatch('Clusters', asked, 100)
      const found = asked.map((name) => region.findCluster(name))
      return {
        clusters: found.flatMap((cluster) => (cluster ? [clusterAnswer(region, cluster, new Set(input.include))] : [])),
        failures: asked
          .filter((_, i) => found[i] === undefined)
          .map((name) => ({ arn: ecsArn(caller, 'cluster', nameOf(name)), reason: 'MISSING' })),
      }
    },
    ListClusters: (input: ListClustersRequest, caller) => {
      const arns = [...ecs.regions.get(caller).clusters.values()].filter(isActive).map(({ arn }) => arn)
      const { items, nextToken } = pageOf(arns, input.nextToken, pageSize(input.maxResults, 100))
      return { clusterArns: items, nextToken }
    },
    UpdateCluster: (input: UpdateClusterRequest, caller) => {
      const region = ecs.regions.get(caller)
      const cluster = region.cluster(input.cluster)
      if (input.settings !== undefined) cluster.settings = input.settings
      if (input.configuration !== undefined) cluster.configuration = input.configuration
      if (input.serviceConnectDefaults !== undefined) cluster.serviceConnectDefaults = input.serviceConnectDefaults
      return { cluster: clusterAnswer(region, cluster, ALL) }
    },
    UpdateClusterSettings: (input: UpdateClusterSettingsRequest, caller) => {
      const region = ecs.regions.get(caller)
      const cluster = region.cluster(input.cluster)
      cluster.settings = input.settings ?? cluster.settings
      return { cluster: clusterAnswer(region, cluster, ALL) }
    },
    PutClusterCapacityProviders: (input: PutClusterCapacityProvidersRequest, caller) => {
      const region = ecs.regions.get(caller)
      const cluster = region.cluster(input.cluster)
      const providers = known(input.capacityProviders ?? [])
      for (const { capacityProvider = '' } of input.defaultCapacityProviderStrategy ?? []) {
        if (!providers.includes(capacityProvider)) {
          throw invalid(
            'The specified capacity provider strategy contains a capacity provider that is not associated with ' +
              `the cluster: ${capacityProvider}.`,
          )
        }
      }
      cluster.capacityProviders = providers
      cluster.defaultCapacityProviderStrategy = input.defaultCapacityProviderStrategy ?? []
      return { cluster: clusterAnswer(region, cluster, ALL) }
    },
    DeleteCluster: (input: DeleteClusterRequest, caller) => {
      const region = ecs.regions.get(caller)
      const cluster = region.cluster(input.cluster)
      if ([...cluster.services.values()].some(({ status }) => status !== 'INACTIVE')) {
        throw new AwsError(
          'ClusterContainsServicesException',
          'The Cluster cannot be deleted while Services are active.',
        )
      }
      if ([...cluster.tasks.values()].some(({ lastStatus }) => lastStatus !== 'STOPPED')) {
        throw new AwsError('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.')
      }
      cluster.status = 'INACTIVE'
      cluster.instances.clear()
      return { cluster: clusterAnswer(region, cluster, ALL) }
    },
  }
}

const ALL: ReadonlySet<string> = new Set(['SETTINGS', 'CONFIGURATIONS', 'TAGS', 'STATISTICS'])

const isActive = ({ status }: Cluster) => status === 'ACTIVE'

function active(region: Region, name: string): Cluster | undefined {
  const cluster = region.clusters.get(name)
  return cluster !== undefined && isActive(cluster) ? cluster : undefined
}

function newCluster({ account, region }: Scope, name: string): Cluster {
  const scope = { account, region }
  return {
    scope,
    arn: ecsArn(scope, 'cluster', name),
    name,
    status: 'ACTIVE',
    settings: [{ name: 'containerInsights', value: 'disabled' }],
    configuration: undefined,
    serviceConnectDefaults: undefined,
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    services: new Map(),
    tasks: new Map(),
    groups: new Map(),
    instances: new Map(),
  }
}

/** The simulated cloud has no Auto Scaling groups, so Fargate's are the only capacity providers. */
function known(providers: readonly string[]): readonly string[] {
  const unknown = providers.find((provider) => !['FARGATE', 'FARGATE_SPOT'].includes(provider))
  if (unknown === undefined) return providers
  throw invalid(`The specified capacity provider ${unknown} was not found. Specify a valid name and try again.`)
}

function clusterAnswer(region: Region, cluster: Cluster, include: ReadonlySet<string>): ClusterAnswer {
  const tasks = { running: 0, pending: 0 }
  for (const { lastStatus, desiredStatus } of cluster.tasks.values()) {
    if (lastStatus === 'RUNNING') tasks.running += 1
    else if (lastStatus !== 'STOPPED' && desiredStatus === 'RUNNING') tasks.pending += 1
  }
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: cluster.instances.size,
    runningTasksCount: tasks.running,
    pendingTasksCount: tasks.pending,
    activeServicesCount: [...cluster.services.values()].filter(({ status }) => status === 'ACTIVE').length,
    statistics: include.has('STATISTICS') ? statisticsOf(cluster) : [],
    tags: include.has('TAGS') ? tagsOf(region, cluster.arn) : [],
    settings: include.has('SETTINGS') ? [...cluster.settings] : [],
    capacityProviders: [...cluster.capacityProviders],
    defaultCapacityProviderStrategy: [...cluster.defaultCapacityProviderStrategy],
    ...(include.has('CONFIGURATIONS') && cluster.configuration ? { configuration: cluster.configuration } : {}),
    ...(cluster.serviceConnectDefaults?.namespace
      ? { serviceConnectDefaults: { namespace: cluster.serviceConnectDefaults.namespace } }
      : {}),
  }
}

function statisticsOf(cluster: Cluster) {
  const counts: Record<string, number> = {}
  for (const launchType of ['EC2', 'Fargate']) {
    for (const name of [`running${launchType}TasksCount`, `pending${launchType}TasksCount`]) counts[name] = 0
    for (const name of [`active${launchType}ServiceCount`, `draining${launchType}ServiceCount`]) counts[name] = 0
  }
  const add = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  for (const { lastStatus, launchType } of cluster.tasks.values()) {
    const kind = launchType === 'FARGATE' ? 'Fargate' : 'EC2'
    if (lastStatus === 'RUNNING') add(`running${kind}TasksCount`)
    else if (['PROVISIONING', 'PENDING', 'ACTIVATING'].includes(lastStatus)) add(`pending${kind}TasksCount`)
  }
  for (const { status, spec } of cluster.services.values()) {
    const kind = spec.launchType === 'FARGATE' ? 'Fargate' : 'EC2'
    if (status !== 'INACTIVE') add(`${status === 'ACTIVE' ? 'active' : 'draining'}${kind}ServiceCount`)
  }
  return Object.entries(counts).map(([name, value]) => ({ name, value: String(value) }))
}

const invalid = (message: string) => new AwsError('InvalidParameterException', message)
