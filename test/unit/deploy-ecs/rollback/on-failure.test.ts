import type { Deployment, Service } from '@aws-sdk/client-ecs'
import type { Context } from '../../../../actions/deploy-ecs/src/inputs/context.ts'
import { observedService } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { applyOnFailure } from '../../../../actions/deploy-ecs/src/rollback/on-failure.ts'
import { NOTHING_YET } from '../../../../actions/deploy-ecs/src/watch/memory.ts'
import type { Verdict } from '../../../../actions/deploy-ecs/src/watch/verdict.ts'
import type { Watch } from '../../../../actions/deploy-ecs/src/watch/watch.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { type Answer, awsError, fakeAws, fakeLog, type Input } from '../../../support/deploy-ecs/fake-aws.ts'
import { arn, followed, MADE } from '../../../support/deploy-ecs/observations.ts'

const name = { cluster: 'prod', service: 'web' }
const failed: Verdict = { status: 'failed', reason: 'Task 1 exited.', evidence: ['exit code 1'] }

interface Options {
  readonly onFailure?: 'rollback' | 'stop' | 'leave'
  readonly verdict?: Verdict
  readonly rollout?: Partial<Watch['rollout']>
  readonly serviceDeploymentArn?: string
}

/** Applies `on-failure` to a watch that ended with `verdict`. */
function apply(answers: Readonly<Record<string, Answer>>, options: Options = {}) {
  const { onFailure = 'rollback', verdict, rollout, serviceDeploymentArn } = options
  const fake = fakeAws(answers)
  const { aws, clock } = fake
  const context = {
    ...{ aws, clock, signal: aws.signal, log: fakeLog().log },
    inputs: { onFailure, timeoutMs: 600_000, services: [name] },
  } as unknown as Context
  const watch: Watch = {
    rollout: { ...followed, name, service: observedService({}), adopts: true, ...rollout },
    memory: NOTHING_YET,
    timeline: [],
    latest: { at: 0 },
    ...(verdict === undefined ? {} : { verdict }),
    ...(serviceDeploymentArn === undefined ? {} : { serviceDeploymentArn }),
  }
  return { ...fake, watch, done: applyOnFailure(context, watch) }
}

const primary = (id: string, revision: number, more: Deployment = {}): Deployment => ({
  ...{
    id,
    status: 'PRIMARY',
    taskDefinition: arn(revision),
    rolloutState: 'COMPLETED',
    desiredCount: 1,
    runningCount: 1,
  },
  createdAt: new Date(MADE + 60_000),
  ...more,
})
const serviceOf = (...deployments: Service['deployments'] & {}): Service => ({
  ...{ serviceName: 'web', status: 'ACTIVE', desiredCount: 1, taskDefinition: arn(2), deployments },
})
/** A service whose one task runs this revision. */
const running = (revision: number): Readonly<Record<string, Answer>> => ({
  ListTasks: ({ desiredStatus }: Input) => ({ taskArns: desiredStatus === 'RUNNING' ? ['task/1'] : [] }),
  DescribeTasks: { tasks: [{ taskArn: 'task/1', taskDefinitionArn: arn(revision), lastStatus: 'RUNNING' }] },
})

describe('leaves the verdict as it is', () => {
  test.each<[string, Verdict, Options]>([
    ['after a success', { ...failed, status: 'succeeded' }, {}],
    ['where another deploy has taken over', { ...failed, status: 'superseded' }, {}],
    ['where the end of the deployment is not known', { ...failed, outcomeUnknown: true }, {}],
    ['where the revision is not to blame', { ...failed, keepRevision: true }, {}],
    ['with `on-failure: leave`', failed, { onFailure: 'leave' }],
    ['with `on-failure: leave` after a rollback by ECS', { ...failed, status: 'rolled-back' }, { onFailure: 'leave' }],
  ])('%s', async (_, verdict, options) => {
    const { done, calls } = apply({}, { ...options, verdict })
    expect(await done).toBe(verdict)
    expect(calls).toEqual([])
  })
})

test('a watch without a verdict has an unknown outcome', async () => {
  expect(await apply({}).done).toMatchObject({ status: 'failed', outcomeUnknown: true })
})

test('a service that ran the revision already is not rolled back', async () => {
  const { done, calls } = apply({}, { verdict: failed, rollout: { isNew: false } })
  expect((await done).reason).toContain('This run started no deployment')
  expect(calls).toEqual([])
})

describe('with `on-failure: stop`', () => {
  const stop = (answers: Readonly<Record<string, Answer>>, serviceDeploymentArn?: string) =>
    apply(answers, {
      verdict: failed,
      onFailure: 'stop',
      ...(serviceDeploymentArn === undefined ? {} : { serviceDeploymentArn }),
    })
  const refused = (status: string) => ({
    StopServiceDeployment: awsError('InvalidParameterException', 'It cannot be stopped.'),
    DescribeServiceDeployments: { serviceDeployments: [{ serviceDeploymentArn: 'sd', status }] },
  })

  test('aborts the service deployment', async () => {
    const { done, requests } = stop({ StopServiceDeployment: {} }, 'sd')
    expect((await done).reason).toBe('Task 1 exited. The deployment was stopped and left as it is.')
    expect(requests('StopServiceDeployment')).toEqual([{ serviceDeploymentArn: 'sd', stopType: 'ABORT' }])
  })

  test('says that it cannot stop a deployment whose ARN is not known', async () => {
    expect((await stop({}).done).reason).toContain('could not be stopped, as its service deployment could not be read')
  })

  test('distinguishes a deployment that ECS has ended from one that ECS does not stop', async () => {
    expect((await stop(refused('ROLLBACK_SUCCESSFUL'), 'sd').done).reason).toContain(
      'ECS had already ended the deployment',
    )
    const { reason, evidence } = await stop(refused('IN_PROGRESS'), 'sd').done
    expect(reason).toContain('ECS refused to stop the deployment')
    expect(evidence.join('\n')).toContain('It cannot be stopped.')
  })
})

describe('after a rollback by ECS', () => {
  const rolledBack: Verdict = { ...failed, status: 'rolled-back' }

  test('verifies the revision that ECS shows, and keeps its ARN', async () => {
    const { done, watch } = apply(
      { DescribeServices: { services: [serviceOf()] }, ...running(1) },
      { verdict: rolledBack },
    )
    expect(await done).toEqual({
      status: 'rolled-back',
      reason: 'Task 1 exited. web:1 is healthy.',
      evidence: ['exit code 1', 'After the rollback: 1 task runs web:1'],
    })
    expect(watch.rolledBackTo).toBe(arn(1))
  })

  test('restores the settings that the deploy changed', async () => {
    const { done, requests } = apply(
      { DescribeServices: { services: [{ ...serviceOf(), desiredCount: 1 }] }, UpdateService: {}, ...running(1) },
      { verdict: rolledBack, rollout: { settings: { from: { desiredCount: 2 }, to: { desiredCount: 1 } } } },
    )
    await done
    expect(requests('UpdateService')).toEqual([{ ...name, desiredCount: 2 }])
  })

  test('stays rolled-back where its health cannot be read, with why', async () => {
    const { done } = apply({ DescribeServices: awsError('AccessDeniedException') }, { verdict: rolledBack })
    const { status, evidence } = await done
    expect(status).toBe('rolled-back')
    expect(evidence.join('\n')).toMatch(/could not be read:.*AccessDenied/s)
  })
})

describe('with `on-failure: rollback`', () => {
  test('keeps the verdict where another deploy has taken over, with why', async () => {
    const services = [serviceOf(primary('ecs-svc/theirs', 7))]
    const { done, requests } = apply({ DescribeServices: { services } }, { verdict: failed })
    expect(await done).toEqual({
      ...failed,
      reason: 'Task 1 exited. It was not rolled back: Another deployment has taken over.',
    })
    expect(requests('UpdateService')).toEqual([])
  })

  test('keeps the verdict where the rollback fails, with the error', async () => {
    const { done } = apply({ DescribeServices: awsError('AccessDeniedException') }, { verdict: failed })
    const { status, reason } = await done
    expect(status).toBe('failed')
    expect(reason).toMatch(/^Task 1 exited\. It was not rolled back: .*AccessDenied/s)
  })

  test('ends when the run is cancelled', async () => {
    const { done, cancel } = apply(
      {
        DescribeServices: () => {
          cancel()
          throw awsError('AbortError')
        },
      },
      { verdict: failed },
    )
    await expect(done).rejects.toThrow(CancelledError)
  })

  test('has ECS roll back, and verifies a rollback that has ended already', async () => {
    const { done, watch, requests } = apply(
      {
        StopServiceDeployment: {},
        DescribeServices: { services: [serviceOf(primary('ecs-svc/ours', 2, { createdAt: new Date(MADE) }))] },
        DescribeServiceDeployments: {
          serviceDeployments: [{ serviceDeploymentArn: 'sd', status: 'ROLLBACK_SUCCESSFUL' }],
        },
        ...running(1),
      },
      { verdict: failed, serviceDeploymentArn: 'sd' },
    )
    expect(await done).toMatchObject({
      status: 'rolled-back',
      reason: 'Task 1 exited. Rolled back to web:1, which is healthy.',
    })
    expect(requests('StopServiceDeployment')).toEqual([{ serviceDeploymentArn: 'sd', stopType: 'ROLLBACK' }])
    expect(watch.rolledBackTo).toBe(arn(1))
  })

  test('scales a service to zero that ran nothing before', async () => {
    const ours = primary('ecs-svc/ours', 2, { createdAt: new Date(MADE) })
    const empty = { ...serviceOf(ours), desiredCount: 0, runningCount: 0, pendingCount: 0 }
    const { done, requests } = apply(
      { DescribeServices: { services: [empty] }, UpdateService: { service: empty } },
      { verdict: failed, rollout: { ranBefore: false, isNew: false } },
    )
    expect((await done).reason).toBe('Task 1 exited. Nothing ran before, so the service was scaled to zero.')
    expect(requests('UpdateService')).toEqual([{ ...name, taskDefinition: arn(1), desiredCount: 0 }])
  })
})
