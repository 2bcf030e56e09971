import { DescribeServicesCommand, type Service } from '@aws-sdk/client-ecs'
import { InputError, SlipwayError } from '../../../../toolkit/errors.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { askInBatches, batches } from './ask-in-batches.ts'
import type { AwsCalls } from './aws-calls.ts'
import { keepRawAnswer } from './raw-answer.ts'
import { nameOf, refuseOtherAccountOf, type ServiceName } from './service-name.ts'

const AT_ONCE = 4

const RAW = new WeakMap<Service, () => object | undefined>()

/** A service as AWS sent it, also with members that the SDK does not know; `undefined` for one that was not read here. */
export const rawService = (service: Service): object | undefined => RAW.get(service)?.()

/** Reads services. Returns them by `cluster/service`, without those that do not exist. @throws InputError for an unknown cluster */
export async function describeServices(
  aws: AwsCalls,
  names: readonly ServiceName[],
): Promise<ReadonlyMap<string, Service>> {
  const answers = await inParallel(serviceBatches(names), AT_ONCE, (batch) => describeBatch(aws, batch))
  return new Map(answers.flat())
}

/** The same, but returns errors by service instead of throwing. */
export async function tryServices(aws: AwsCalls, names: readonly ServiceName[]): Promise<ServicesRead> {
  const { found, failed } = await askInBatches(aws, serviceBatches(names), (batch) => describeBatch(aws, batch))
  return { found: new Map(found), failed: new Map([...failed].map(([name, error]) => [nameOf(name), error])) }
}

/** Services and errors by `cluster/service`. */
export interface ServicesRead {
  readonly found: ReadonlyMap<string, Service>
  readonly failed: ReadonlyMap<string, unknown>
}

/** Batches of ten services of one cluster, as DescribeServices takes them. */
const serviceBatches = (names: readonly ServiceName[]) =>
  [...Map.groupBy(names, ({ cluster }) => cluster).values()].flatMap((members) => batches(members, 10))

async function describeBatch(aws: AwsCalls, batch: readonly ServiceName[]): Promise<readonly [string, Service][]> {
  const cluster = batch[0]?.cluster ?? ''
  const services = batch.map(({ service }) => service)
  const doing = `describe the services ${services.map((name) => `\`${name}\``).join(', ')} in cluster \`${cluster}\``
  const command = new DescribeServicesCommand({ cluster, services })
  const raw = keepRawAnswer(command)
  const { services: found = [] } = await aws.call('describeServices', doing, (options) =>
    aws.clients.ecs.send(command, options).catch((error) => {
      throw error instanceof Error && error.name === 'ClusterNotFoundException' ? noCluster(cluster, error) : error
    }),
  )
  const answer = () => raw() as { readonly services?: readonly object[] } | undefined
  for (const [index, service] of found.entries()) RAW.set(service, () => answer()?.services?.[index])
  return found.map((service): [string, Service] => [nameOf({ cluster, service: service.serviceName ?? '' }), service])
}

const noCluster = (cluster: string, cause: Error) =>
  new InputError('cluster', `names \`${cluster}\`, which does not exist in this account and region.`, {
    hint: 'Check the name, the region, and the account of the credentials.',
    cause,
  })

/** One service, which must exist and be ACTIVE. @throws InputError */
export function requireService(services: ReadonlyMap<string, Service>, name: ServiceName): Service {
  const service = services.get(nameOf(name))
  if (service === undefined || service.status === 'INACTIVE') {
    throw new InputError('service', `names \`${name.service}\`, which does not exist in cluster \`${name.cluster}\`.`, {
      hint: 'Check the name, the cluster and the region. This action does not create services: create it first, for example with Terraform.',
    })
  }
  refuseOtherAccountOf(name, service.serviceArn ?? '')
  if (service.status !== 'ACTIVE') {
    throw new SlipwayError(`Service \`${nameOf(name)}\` is ${service.status}: it is being deleted.`, {
      hint: 'Wait until it is deleted, create it again, then deploy.',
    })
  }
  return service
}

/** Reads one service, which must exist and be ACTIVE. @throws InputError */
export const readService = async (aws: AwsCalls, name: ServiceName): Promise<Service> =>
  requireService(await describeServices(aws, [name]), name)
