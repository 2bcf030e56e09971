import type { Deployment } from '@aws-sdk/client-ecs'
import type { PostState } from '../../../../actions/deploy-ecs/src/change/post-state.ts'
import { applyOnCancel } from '../../../../actions/deploy-ecs/src/rollback/on-cancel.ts'
import { type Answer, awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'
import { arn, MADE } from '../../../support/deploy-ecs/observations.ts'

const name = { cluster: 'prod', service: 'web' }
const state: PostState = {
  name,
  ...{ taskDefinition: arn(2), previousTaskDefinition: arn(1), previousId: 'ecs-svc/before' },
  ...{ deploymentId: 'ecs-svc/ours', ranBefore: true },
}
/** After an update whose answer was lost. */
const { deploymentId: _, ...unanswered } = state
const deployment = (id: string, revision: number, more: Deployment = {}): Deployment => ({
  ...{ id, status: 'PRIMARY', taskDefinition: arn(revision), rolloutState: 'IN_PROGRESS', createdAt: new Date(MADE) },
  ...more,
})
const ours = deployment('ecs-svc/ours', 2)
const before = deployment('ecs-svc/before', 1, { rolloutState: 'COMPLETED', createdAt: new Date(MADE - 1_000_000) })
const serviceOf = (...deployments: readonly Deployment[]) => ({
  services: [
    {
      ...{ serviceName: 'web', status: 'ACTIVE', desiredCount: 1 },
      ...{ taskDefinition: deployments[0]?.taskDefinition, deployments: [...deployments] },
    },
  ],
})
const found: Readonly<Record<string, Answer>> = {
  DescribeServices: serviceOf(ours, { ...before, status: 'ACTIVE' }),
  ListServiceDeployments: {
    serviceDeployments: [{ serviceDeploymentArn: 'sd', targetServiceRevisionArn: 'sr', createdAt: new Date(MADE) }],
  },
  DescribeServiceRevisions: { serviceRevisions: [{ serviceRevisionArn: 'sr', taskDefinition: arn(2) }] },
  DescribeServiceDeployments: { serviceDeployments: [{ serviceDeploymentArn: 'sd', status: 'IN_PROGRESS' }] },
}

async function cancel(answers: Readonly<Record<string, Answer>>, given = state, onCancel = 'rollback') {
  const fake = fakeAws(answers)
  const { log, lines } = fakeLog()
  const outcome = await applyOnCancel({ aws: fake.aws, log, inputs: { onCancel } as never }, given)
  return { ...fake, ...outcome, lines }
}

describe('leaves the service alone', () => {
  test.each<[string, readonly Deployment[], PostState, string]>([
    [
      'where another deployment is the PRIMARY',
      [deployment('ecs-svc/theirs', 7)],
      state,
      'is at web:7; no deployment of web:2 is in progress',
    ],
    [
      'where the update started no deployment',
      [before],
      { ...state, deploymentId: 'ecs-svc/before' },
      'is at web:1; no deployment of web:2',
    ],
    ['where the update was not made', [before], unanswered, 'is at web:1; no deployment of web:2'],
    [
      'where the service ran the revision before',
      [{ ...ours, id: 'ecs-svc/before' }],
      unanswered,
      'is at web:2; no deployment of web:2',
    ],
    [
      'where the rollout is complete',
      [{ ...ours, rolloutState: 'COMPLETED' }],
      state,
      'had already completed its rollout to web:2',
    ],
  ])('%s', async (_, deployments, given, message) => {
    const done = await cancel({ DescribeServices: serviceOf(...deployments) }, given)
    expect(done).toMatchObject({ safe: true, message: expect.stringContaining(`Service \`prod/web\` ${message}`) })
    expect(new Set(done.calls.map(({ operation }) => operation))).toEqual(new Set(['DescribeServices']))
    expect(done.lines).toEqual([`warning: ${done.message}`])
  })

  test('with `on-cancel: leave`', async () => {
    const { message, calls } = await cancel(found, state, 'leave')
    expect(message).toContain('goes on rolling out web:2')
    expect(calls).toHaveLength(1)
  })
})

test('has ECS roll back a deployment in progress', async () => {
  const { message, safe, requests } = await cancel({ ...found, StopServiceDeployment: {} })
  expect({ message, safe }).toEqual({ safe: true, message: 'Service `prod/web` is being rolled back to web:1 by ECS.' })
  expect(requests('StopServiceDeployment')).toEqual([{ serviceDeploymentArn: 'sd', stopType: 'ROLLBACK' }])
})

test('recognizes its deployment by the revision where the answer to the update was lost', async () => {
  const { message } = await cancel({ ...found, StopServiceDeployment: {} }, unanswered)
  expect(message).toContain('is being rolled back to web:1 by ECS')
})

describe('restores settings beside the rollback of ECS', () => {
  const settings = { from: { desiredCount: 2 }, to: { desiredCount: 1 } }

  test('with an update', async () => {
    const { message, requests } = await cancel(
      { ...found, StopServiceDeployment: {}, UpdateService: {} },
      { ...state, settings },
    )
    expect(message).toMatch(/by ECS\.$/)
    expect(requests('UpdateService')).toEqual([{ ...name, desiredCount: 2 }])
  })

  test('or says that ECS refused it', async () => {
    const answers = { ...found, StopServiceDeployment: {}, UpdateService: awsError('InvalidParameterException') }
    const { message, safe } = await cancel(answers, { ...state, settings })
    expect(safe).toBe(true)
    expect(message).toMatch(
      /by ECS\. Its other settings that this deploy changed stay as they are\. .*InvalidParameter/s,
    )
  })
})

test('updates the service back, with its settings, where its deployment cannot be stopped', async () => {
  const answers = {
    ...found,
    StopServiceDeployment: awsError('AccessDeniedException'),
    DescribeTaskDefinition: { taskDefinition: { taskDefinitionArn: arn(1), status: 'ACTIVE' } },
    UpdateService: { service: serviceOf(deployment('ecs-svc/back', 1)).services[0] ?? {} },
  }
  const settings = { from: { desiredCount: 2 }, to: { desiredCount: 1 } }
  const { message, requests } = await cancel(answers, { ...state, settings })
  expect(message).toBe('Service `prod/web` is being updated back to web:1.')
  expect(requests('UpdateService')).toEqual([{ ...name, taskDefinition: arn(1), desiredCount: 2 }])
})

test('updates the service back itself where ECS has no deployment that completed to go back to', async () => {
  const unfinished = { ...before, status: 'ACTIVE', rolloutState: 'IN_PROGRESS' } as const
  const { message, requests } = await cancel({
    ...found,
    DescribeServices: serviceOf(ours, unfinished),
    // None that was SUCCESSFUL; ours is in progress.
    ListServiceDeployments: ({ status }) =>
      status === undefined ? (found['ListServiceDeployments'] as object) : { serviceDeployments: [] },
    StopServiceDeployment: {},
    DescribeTaskDefinition: { taskDefinition: { taskDefinitionArn: arn(1), status: 'ACTIVE' } },
    UpdateService: { service: serviceOf(deployment('ecs-svc/back', 1)).services[0] ?? {} },
  })
  expect(message).toBe('Service `prod/web` is being updated back to web:1.')
  expect(requests('StopServiceDeployment')).toEqual([])
  expect(requests('UpdateService')).toEqual([{ ...name, taskDefinition: arn(1) }])
})

test('scales a service to zero that ran nothing before', async () => {
  const { message, requests } = await cancel(
    { ...found, UpdateService: { service: serviceOf(ours).services[0] ?? {} } },
    { ...state, ranBefore: false },
  )
  expect(message).toContain('is being scaled to zero, as nothing ran before')
  expect(requests('UpdateService')).toEqual([{ ...name, taskDefinition: arn(1), desiredCount: 0 }])
})

describe('reads lag behind the update', () => {
  test('waits until ECS shows it', async () => {
    const { message, clock } = await cancel({
      ...found,
      DescribeServices: (_, count) => (count <= 3 ? serviceOf(before) : (found['DescribeServices'] as object)),
      StopServiceDeployment: {},
    })
    expect(message).toContain('is being rolled back to web:1 by ECS')
    expect(clock.slept).toEqual([1_000, 1_000, 1_000])
  })

  test('is not safe where ECS does not show it within 30 s', async () => {
    const { safe, message, lines, clock } = await cancel({ DescribeServices: serviceOf(before) })
    expect(safe).toBe(false)
    expect(message).toContain('may be between web:1 and web:2: it could not be rolled back.')
    expect(message).toContain('accepted deployment ecs-svc/ours, but still shows ecs-svc/before')
    expect(lines).toEqual([`error: ${message}`])
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(30_000)
  })
})

test('is not safe after an error', async () => {
  const { safe, message } = await cancel({ DescribeServices: awsError('ExpiredTokenException') })
  expect(safe).toBe(false)
  expect(message).toContain('ExpiredToken')
})
