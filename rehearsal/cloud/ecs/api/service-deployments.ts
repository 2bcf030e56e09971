import type {
  DescribeServiceDeploymentsRequest,
  DescribeServiceRevisionsRequest,
  ListServiceDeploymentsRequest,
  ServiceDeployment as ServiceDeploymentAnswer,
  ServiceRevision as ServiceRevisionAnswer,
  StopServiceDeploymentRequest,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../kernel/errors.ts'
import { nameOf } from '../arn.ts'
import type { Ecs } from '../context.ts'
import type { Service, ServiceDeployment, ServiceRevision } from '../model.ts'
import { desiredCountOf, isOpen } from '../scheduler/rollout.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import { requestStop } from '../scheduler/verdicts.ts'
import type { Api } from './api.ts'
import { pageOf, pageSize, refuseLargeBatch } from './paging.ts'
import { countsOf, launchOf } from './service-answers.ts'
import { invalid } from './service-rules.ts'

const HISTORY = 90 * 24 * 3_600_000

export function serviceDeploymentOperations(ecs: Ecs, scheduler: Scheduler): Api {
  return {
    ListServiceDeployments: (input: ListServiceDeploymentsRequest, caller) => {
      const cluster = ecs.regions.get(caller).cluster(input.cluster)
      const service = cluster.services.get(nameOf(input.service ?? ''))
      if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.')
      const listed = service.serviceDeployments.filter(visible(ecs, input))
      const { items, nextToken } = pageOf(listed, input.nextToken, pageSize(input.maxResults, 20))
      return { serviceDeployments: items.map(brief), nextToken }
    },

    DescribeServiceDeployments: (input: DescribeServiceDeploymentsRequest, caller) => {
      const asked = input.serviceDeploymentArns ?? []
      refuseLargeBatch('serviceDeploymentArns', asked, 20)
      const { serviceDeployments } = ecs.regions.get(caller)
      return {
        serviceDeployments: asked.flatMap((arn) => {
          const record = serviceDeployments.get(arn)
          return record === undefined ? [] : [serviceDeploymentAnswer(record)]
        }),
        failures: asked.filter((arn) => !serviceDeployments.has(arn)).map(missing),
      }
    },

    DescribeServiceRevisions: (input: DescribeServiceRevisionsRequest, caller) => {
      const asked = input.serviceRevisionArns ?? []
      refuseLargeBatch('serviceRevisionArns', asked, 20)
      const { serviceRevisions } = ecs.regions.get(caller)
      return {
        serviceRevisions: asked.flatMap((arn) => {
          const found = serviceRevisions.get(arn)
          return found === undefined ? [] : [revisionAnswer(found.service, found.revision)]
        }),
        failures: asked.filter((arn) => !serviceRevisions.has(arn)).map(missing),
      }
    },

    StopServiceDeployment: (input: StopServiceDeploymentRequest, caller) => {
      const record = ecs.regions.get(caller).serviceDeployments.get(input.serviceDeploymentArn ?? '')
      if (record === undefined) {
        throw new AwsError('ServiceDeploymentNotFoundException', 'Service deployment not found.')
      }
      const stopType = input.stopType ?? 'ROLLBACK'
      if (stopType !== 'ROLLBACK' && stopType !== 'ABORT') throw invalid(`Invalid stopType '${stopType}'.`)
      if (!isOpen(record) || record.status === 'ROLLBACK_IN_PROGRESS') {
        throw new AwsError(
          'ConflictException',
          `The service deployment is in status ${record.status} and can not be stopped.`,
          400,
          { resourceIds: [record.arn] },
        )
      }
      requestStop(ecs, record, stopType)
      scheduler.touch(record.service)
      return { serviceDeploymentArn: record.arn }
    },
  }
}

const missing = (arn: string) => ({ arn, reason: 'MISSING' })

function visible({ clock, staleness }: Ecs, { status, createdAt }: ListServiceDeploymentsRequest) {
  const before = seconds(createdAt?.before) ?? Number.POSITIVE_INFINITY
  const after = Math.max(seconds(createdAt?.after) ?? 0, clock.now() - HISTORY)
  const newest = clock.now() - staleness.serviceDeployments
  return (record: ServiceDeployment) => {
    const at = record.createdAt.getTime()
    if (status !== undefined && status.length > 0 && !status.includes(record.status)) return false
    return at <= newest && at >= after && at <= before
  }
}

/** AWS JSON carries a time as seconds since the epoch, whatever the SDK's type says. */
const seconds = (time: unknown): number | undefined => (typeof time === 'number' ? time * 1000 : undefined)

function brief(record: ServiceDeployment) {
  const { arn, service, createdAt, startedAt, finishedAt, target, status, statusReason } = record
  return {
    serviceDeploymentArn: arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    createdAt,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    targetServiceRevisionArn: target.arn,
    status,
    ...(statusReason === undefined ? {} : { statusReason }),
  }
}

function serviceDeploymentAnswer(record: ServiceDeployment): ServiceDeploymentAnswer {
  const { service, target, sources, rollback, alarms, breaker } = record
  const { targetServiceRevisionArn: _, ...common } = brief(record)
  return {
    ...common,
    ...(record.stoppedAt === undefined ? {} : { stoppedAt: record.stoppedAt }),
    updatedAt: record.updatedAt,
    sourceServiceRevisions: sources.map((revision) => revisionSummary(service, revision)),
    targetServiceRevision: revisionSummary(service, target),
    deploymentConfiguration: record.configuration,
    ...(rollback === undefined
      ? {}
      : {
          rollback: {
            reason: rollback.reason,
            startedAt: rollback.startedAt,
            serviceRevisionArn: rollback.revision.arn,
          },
        }),
    deploymentCircuitBreaker: { ...breaker },
    alarms: { status: alarms.status, alarmNames: [...alarms.names], triggeredAlarmNames: [...alarms.triggered] },
  }
}

/** How many tasks of a revision there are now, in all deployments that run it. */
function revisionSummary(service: Service, revision: ServiceRevision) {
  const running = service.deployments.filter((deployment) => deployment.revision === revision)
  const counts = countsOf({ tasks: running.flatMap(({ tasks }) => [...tasks]) })
  const isWanted = running.some(({ status }) => status === 'PRIMARY')
  return {
    arn: revision.arn,
    requestedTaskCount: isWanted ? desiredCountOf(service) : counts.wanted,
    runningTaskCount: counts.running,
    pendingTaskCount: counts.pending,
  }
}

function revisionAnswer(service: Service, { arn, createdAt, spec }: ServiceRevision): ServiceRevisionAnswer {
  return {
    serviceRevisionArn: arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    taskDefinition: spec.taskDefinition.arn,
    ...launchOf(spec),
    loadBalancers: [...spec.loadBalancers],
    serviceRegistries: [...spec.serviceRegistries],
    ...(spec.networkConfiguration === undefined ? {} : { networkConfiguration: spec.networkConfiguration }),
    containerImages: spec.taskDefinition.containers.map(({ name, image }) => ({
      containerName: name,
      image,
      ...(image?.includes('@') ? { imageDigest: image.slice(image.indexOf('@') + 1) } : {}),
    })),
    guardDutyEnabled: false,
    createdAt,
  }
}
