// The watch and the rollback have to agree on whose deployment the PRIMARY is: what the watch calls superseded is not followed
// as a rollback, and a rollback that the watch has seen is not called somebody else's deploy.
import type { Deployment } from '@aws-sdk/client-ecs'
import { AwsCalls } from '../../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import { observedService } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { startRollback, startScaleToZero } from '../../../../actions/deploy-ecs/src/rollback/rollback.ts'
import { NOTHING_YET, remember } from '../../../../actions/deploy-ecs/src/watch/memory.ts'
import { decide } from '../../../../actions/deploy-ecs/src/watch/verdict.ts'
import type { Watch } from '../../../../actions/deploy-ecs/src/watch/watch.ts'
import { FakeClock } from '../../../support/clock.ts'
import { type Answer, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'
import { arn, criteria, followed, MADE } from '../../../support/deploy-ecs/observations.ts'

const entry = (id: string, revision: number, at: number, more: Partial<Deployment> = {}): Deployment => ({
  id,
  taskDefinition: arn(revision),
  status: 'ACTIVE',
  createdAt: new Date(at),
  desiredCount: 2,
  runningCount: 2,
  rolloutState: 'COMPLETED',
  rolloutStateReason: `ECS deployment ${id} completed.`,
  ...more,
})
const primary = (revision: number, reason?: string) =>
  entry('ecs-svc/newer', revision, MADE + 60_000, {
    status: 'PRIMARY',
    rolloutState: reason === undefined ? 'COMPLETED' : 'IN_PROGRESS',
    ...(reason === undefined ? {} : { rolloutStateReason: reason }),
  })
const ours = entry('ecs-svc/ours', 2, MADE, { rolloutState: 'IN_PROGRESS', rolloutStateReason: 'in progress.' })
const ROLLING_BACK = 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/old.'

/** Plays looks at a service to a watch; then ECS shows the last one to who starts a rollback. */
async function see(...looks: readonly (readonly Deployment[])[]) {
  const name = { cluster: 'c', service: 'web' }
  const services = looks.map((deployments) => ({
    serviceName: 'web',
    status: 'ACTIVE',
    desiredCount: 2,
    taskDefinition: arn(2),
    deployments: [...deployments],
  }))
  const observations = services.map((service, at) => ({ at, service: observedService(service) }))
  const latest = observations.at(-1) ?? { at: 0 }
  const memory = observations.reduce((known, look) => remember(known, followed, look), NOTHING_YET)
  const updates: string[] = []
  const send = async ({ constructor: { name: command } }: { constructor: { name: string } }) => {
    if (command === 'DescribeServicesCommand') return { services: [services.at(-1)] }
    updates.push(command)
    throw new Error(`No ${command} was expected.`)
  }
  const aws = new AwsCalls({ ecs: { send } } as never, new FakeClock(0), new AbortController().signal)
  const rollout = { ...followed, name, service: observedService({}), adopts: true }
  const watch: Watch = { rollout, memory, timeline: [], latest }
  const decision = decide(followed, criteria, latest, memory)
  return {
    watch: decision.kind === 'decided' ? decision.verdict.status : decision.waitingFor.join(),
    rollback: await startRollback({ aws, log: fakeLog().log, inputs: {} as never }, watch, 60_000),
    scaleToZero: () => startScaleToZero(aws, watch, 60_000),
    updates,
  }
}
const SUPERSEDED = { kind: 'none', reason: 'Another deployment has taken over.' }

test('the previous revision, deployed by somebody else, is superseded for both', async () => {
  const { watch, rollback, scaleToZero, updates } = await see([ours], [primary(1), ours])
  expect(watch).toBe('superseded')
  expect(rollback).toEqual(SUPERSEDED)
  expect(await scaleToZero()).toEqual(SUPERSEDED)
  expect(updates).toEqual([])
})

test('a rollback past the previous revision is one for both, also once ECS no longer shows its reason', async () => {
  const { watch, rollback } = await see([ours], [primary(7, ROLLING_BACK), ours], [primary(7)])
  expect(watch).toBe('rolled-back')
  expect(rollback).toMatchObject({
    kind: 'started',
    rollout: { deploymentId: 'ecs-svc/newer', taskDefinition: arn(7), shipped: [], isNew: true },
  })
})

test('a rollback to the previous revision is one for both while our deployment is FAILED', async () => {
  const failed = { ...ours, rolloutState: 'FAILED' as const, rolloutStateReason: 'tasks failed to start.' }
  const { watch, rollback } = await see([primary(1), failed])
  expect(watch).toBe('rolled-back')
  expect(rollback).toMatchObject({ kind: 'started', rollout: { taskDefinition: arn(1) } })
})

describe('where ECS accepts a rollback and has no deployment to go back to', () => {
  const name = { cluster: 'c', service: 'web' }
  const own = entry('ecs-svc/ours', 2, MADE, { status: 'PRIMARY', rolloutState: 'FAILED', runningCount: 0 })
  const shown = (...deployments: Deployment[]) => ({
    serviceName: 'web',
    ...{ status: 'ACTIVE', desiredCount: 3, taskDefinition: deployments[0]?.taskDefinition, deployments },
  })
  const answers: Readonly<Record<string, Answer>> = {
    StopServiceDeployment: {},
    DescribeServices: { services: [shown(own)] },
    DescribeServiceDeployments: {
      serviceDeployments: [
        {
          ...{ serviceDeploymentArn: 'sd', status: 'ROLLBACK_FAILED' },
          statusReason: 'No rollback candidate was found to run the rollback.',
        },
      ],
    },
    ListServiceDeployments: { serviceDeployments: [] },
    DescribeTaskDefinition: { taskDefinition: { taskDefinitionArn: arn(1), status: 'ACTIVE' } },
    UpdateService: { service: shown(entry('ecs-svc/back', 1, MADE + 60_000, { status: 'PRIMARY' }), own) },
  }
  const start = (rollout: Partial<Watch['rollout']>) => {
    const fake = fakeAws(answers)
    const watch: Watch = {
      rollout: { ...followed, name, service: observedService({}), adopts: true, ...rollout },
      ...{ memory: NOTHING_YET, timeline: [], latest: { at: 0 }, serviceDeploymentArn: 'sd' },
    }
    return {
      ...fake,
      started: startRollback({ aws: fake.aws, log: fakeLog().log, inputs: {} as never }, watch, 60_000),
    }
  }

  test('updates the service to the previous revision, whose tasks ran', async () => {
    const { started, requests } = start({ wasComplete: false })
    expect(await started).toMatchObject({ kind: 'started', rollout: { deploymentId: 'ecs-svc/back' } })
    expect(requests('UpdateService')).toEqual([{ ...name, taskDefinition: arn(1) }])
  })

  test('says what ECS said where no task of the previous revision ran', async () => {
    const { started, requests } = start({ wasComplete: false, hadTasks: false })
    expect(await started).toEqual({
      kind: 'none',
      reason:
        'ECS ended its rollback. Service deployment ROLLBACK_FAILED: No rollback candidate was found to run the rollback. No revision is known that was healthy before.',
    })
    expect(requests('UpdateService')).toEqual([])
  })
})
