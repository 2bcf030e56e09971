import type {
  ContinueServiceDeploymentRequest,
  DescribeServiceDeploymentsRequest,
  DescribeServiceRevisionsRequest,
  ListServiceDeploymentsRequest,
  StopServiceDeploymentRequest,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../../kernel/errors.ts'
import { nameOf } from '../../arn.ts'
import type { Ecs } from '../../context.ts'
import { refusals } from '../../messages.ts'
import type { ServiceDeployment } from '../../model.ts'
import { awaiting, settle } from '../../scheduler/blue-green/hooks.ts'
import { requestStop } from '../../scheduler/early-end.ts'
import { isOpen } from '../../scheduler/rollout.ts'
import type { Scheduler } from '../../scheduler/scheduler.ts'
import type { Api } from '../api.ts'
import { conflict, invalid } from '../errors.ts'
import { pageOf, pageSize, refuseLargeBatch } from '../paging.ts'
import { brief, revisionAnswer, serviceDeploymentAnswer } from './service-deployment-answers.ts'

const HISTORY = 90 * 24 * 3_600_000

export function serviceDeploymentOperations(ecs: Ecs, scheduler: Scheduler): Api {
  return {
    ListServiceDeployments: (input: ListServiceDeploymentsRequest, caller) => {
      const cluster = ecs.regions.get(caller).cluster(input.cluster)
      const service = cluster.services.get(nameOf(input.service ?? ''))
      if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.')
      const listed = service.controller === 'ECS' ? service.serviceDeployments.filter(visible(ecs, input)) : []
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
        throw conflict(`The service deployment is in status ${record.status} and can not be stopped.`, record.arn)
      }
      requestStop(ecs, record, stopType)
      scheduler.touch(record.service)
      return { serviceDeploymentArn: record.arn }
    },

    ContinueServiceDeployment: (input: ContinueServiceDeploymentRequest, caller) => {
      const record = ecs.regions.get(caller).serviceDeployments.get(input.serviceDeploymentArn ?? '')
      if (record === undefined) {
        throw new AwsError('ServiceDeploymentNotFoundException', 'Service deployment not found.')
      }
      const action = input.action ?? 'CONTINUE'
      if (action !== 'CONTINUE' && action !== 'ROLLBACK') throw invalid(`Invalid action '${action}'.`)
      const hook = awaiting(record).find(({ id }) => id === input.hookId)
      if (hook === undefined || record.status !== 'IN_PROGRESS') throw invalid(refusals.notAwaited(input.hookId ?? ''))
      settle(ecs, record, hook, action === 'CONTINUE' ? 'SUCCEEDED' : 'FAILED')
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

/** AWS JSON has times as seconds since the epoch. The SDK's type is Date. */
const seconds = (time: unknown): number | undefined => (typeof time === 'number' ? time * 1000 : undefined)
