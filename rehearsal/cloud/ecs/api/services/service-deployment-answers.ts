import type {
  ServiceDeployment as ServiceDeploymentAnswer,
  ServiceDeploymentLifecycleStage,
  ServiceRevision as ServiceRevisionAnswer,
  ServiceRevisionSummary,
} from '@aws-sdk/client-ecs'
import { parseImage } from '../../../kernel/image-reference.ts'
import { groupOf } from '../../lifecycle.ts'
import type { Service, ServiceDeployment, ServiceRevision } from '../../model.ts'
import { wantedOf } from '../../scheduler/blue-green/desired-tasks.ts'
import { desiredCountOf } from '../../scheduler/task-counts.ts'

import { countsOf, launchOf } from './service-answers.ts'

/** A service deployment in the form of ListServiceDeployments. */
export function brief(record: ServiceDeployment) {
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

export function serviceDeploymentAnswer(record: ServiceDeployment): ServiceDeploymentAnswer {
  const { target, sources, rollback, alarms, breaker } = record
  const { targetServiceRevisionArn: _, ...common } = brief(record)
  return {
    ...common,
    ...(record.stoppedAt === undefined ? {} : { stoppedAt: record.stoppedAt }),
    updatedAt: record.updatedAt,
    sourceServiceRevisions: sources.map((revision) => revisionSummary(record, revision)),
    targetServiceRevision: revisionSummary(record, target),
    deploymentConfiguration: record.configuration,
    ...lifecycleOf(record),
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

function lifecycleOf({
  lifecycle,
}: ServiceDeployment): Pick<ServiceDeploymentAnswer, 'lifecycleStage' | 'lifecycleHookDetails'> {
  if (lifecycle === undefined) return {}
  return {
    // AWS documents PRE_PRODUCTION_TRAFFIC_SHIFT; the SDK's type does not have it.
    lifecycleStage: lifecycle.stage as ServiceDeploymentLifecycleStage,
    lifecycleHookDetails: lifecycle.hooks.map(({ id, status, expiresAt, timeoutAction }) => ({
      hookId: id,
      targetType: 'PAUSE',
      status,
      expiresAt: new Date(expiresAt),
      timeoutAction,
    })),
  }
}

/** The task counts of a revision, in all deployments that run it, and its share of the traffic. */
function revisionSummary(record: ServiceDeployment, revision: ServiceRevision): ServiceRevisionSummary {
  const { service } = record
  const running = service.deployments.filter((deployment) => deployment.revision === revision)
  const counts = countsOf({ tasks: running.flatMap(({ tasks }) => [...tasks]) })
  const isWanted = running.some(({ status }) => status === 'PRIMARY')
  const wanted = running.map(wantedOf).find((count) => count !== undefined)
  return {
    arn: revision.arn,
    requestedTaskCount: wanted ?? (isWanted ? desiredCountOf(service) : counts.wanted),
    runningTaskCount: counts.running,
    pendingTaskCount: counts.pending,
    ...weightsOf(record, revision),
  }
}

function weightsOf({ lifecycle, target, replaces }: ServiceDeployment, revision: ServiceRevision) {
  const balancers = target.spec.loadBalancers.map(({ advancedConfiguration }) => advancedConfiguration)
  if (lifecycle === undefined || !balancers.some((advanced) => advanced !== undefined)) return {}
  const shareOf = (percent: number) => (revision === target ? percent : revision === replaces ? 100 - percent : 0)
  const hasTest = balancers.some((advanced) => advanced?.testListenerRule !== undefined)
  return {
    requestedProductionTrafficWeight: shareOf(lifecycle.production),
    ...(hasTest ? { requestedTestTrafficWeight: shareOf(lifecycle.test) } : {}),
  }
}

export function revisionAnswer(service: Service, revision: ServiceRevision): ServiceRevisionAnswer {
  const { arn, createdAt, spec, slot } = revision
  return {
    serviceRevisionArn: arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    taskDefinition: spec.taskDefinition.arn,
    ...launchOf(spec),
    loadBalancers: [...spec.loadBalancers],
    serviceRegistries: [...spec.serviceRegistries],
    ...(spec.networkConfiguration === undefined ? {} : { networkConfiguration: spec.networkConfiguration }),
    containerImages: spec.taskDefinition.containers.map(({ name, image }) => {
      const digest = parseImage(image ?? '').digest ?? revision.imageDigests.get(name ?? '')
      return { containerName: name, image, ...(digest === undefined ? {} : { imageDigest: digest }) }
    }),
    guardDutyEnabled: false,
    ...(spec.loadBalancers.length === 0 ? {} : { resolvedConfiguration: { loadBalancers: resolved(spec, slot) } }),
    createdAt,
  }
}

/** The target groups and listener rules that serve a revision. */
const resolved = ({ loadBalancers }: ServiceRevision['spec'], slot: ServiceRevision['slot']) =>
  loadBalancers.flatMap((balancer) => {
    const targetGroupArn = groupOf(balancer, slot)
    const rule = balancer.advancedConfiguration?.productionListenerRule
    return targetGroupArn === undefined
      ? []
      : [{ targetGroupArn, ...(rule === undefined ? {} : { productionListenerRule: rule }) }]
  })
