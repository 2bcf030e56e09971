import type { Scope } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'
import { nameOf, parseEcsArn } from './arn.ts'
import type { Cluster, Service, ServiceDeployment, ServiceRevision, TaskDefinition } from './model.ts'

/** ECS resources of one account and region. */
export class Region {
  readonly scope: Scope
  readonly clusters = new Map<string, Cluster>()
  /** Each family's revisions, in order: revision n is at n - 1. */
  readonly families = new Map<string, TaskDefinition[]>()
  /** By ARN, then by key. */
  readonly tags = new Map<string, Map<string, string>>()
  readonly settings = new Map<string, string>()
  readonly serviceDeployments = new Map<string, ServiceDeployment>()
  readonly serviceRevisions = new Map<string, { readonly service: Service; readonly revision: ServiceRevision }>()
  /** RunTask's answers by clientToken. */
  readonly runs = new Map<string, { readonly request: string; readonly taskArns: readonly string[] }>()

  constructor(scope: Scope) {
    this.scope = scope
  }

  findCluster(nameOrArn = 'default'): Cluster | undefined {
    return this.clusters.get(nameOf(nameOrArn))
  }

  /** The cluster of a request. Throws ClusterNotFoundException as AWS does. */
  cluster(nameOrArn?: string): Cluster {
    const cluster = this.findCluster(nameOrArn)
    if (cluster === undefined) throw new AwsError('ClusterNotFoundException', 'Cluster not found.')
    if (cluster.status === 'INACTIVE') {
      throw new AwsError('ClusterNotFoundException', 'The referenced cluster was inactive.')
    }
    return cluster
  }

  /** The service of a request, unless it is INACTIVE. Throws as AWS does. */
  service(cluster: Cluster, nameOrArn: string): Service {
    const service = cluster.services.get(nameOf(nameOrArn))
    if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.')
    if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.')
    return service
  }

  /** `family`, `family:revision` or an ARN; a family alone means its newest ACTIVE revision. */
  findTaskDefinition(reference: string): TaskDefinition | undefined {
    const [family = '', revision] = (parseEcsArn(reference)?.path.at(-1) ?? reference).split(':')
    const revisions = this.families.get(family)
    if (revision === undefined) return revisions?.findLast(({ status }) => status === 'ACTIVE')
    return revisions?.[Number(revision) - 1]
  }

  /** A task definition that tasks can be started from. Throws ClientException as AWS does. */
  taskDefinition(reference: string): TaskDefinition {
    const found = this.findTaskDefinition(reference)
    if (found === undefined) throw new AwsError('ClientException', 'TaskDefinition not found.')
    if (found.status !== 'ACTIVE') throw new AwsError('ClientException', 'TaskDefinition is inactive')
    return found
  }
}
