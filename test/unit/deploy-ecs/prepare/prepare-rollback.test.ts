import type { Context } from '../../../../actions/deploy-ecs/src/inputs/context.ts'
import { prepareRollback } from '../../../../actions/deploy-ecs/src/prepare/prepare-rollback.ts'
import { type Answer, awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const arn = (revision: string) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/${revision}`
/** A service that runs web:3, and whose revisions all exist. */
const answers = (status = 'ACTIVE'): Readonly<Record<string, Answer>> => ({
  DescribeServices: { services: [{ serviceName: 'web', status: 'ACTIVE', taskDefinition: arn('web:3') }] },
  DescribeTaskDefinition: ({ taskDefinition }) => ({
    taskDefinition: {
      ...{ family: 'web', status, taskDefinitionArn: arn(String(taskDefinition).replace(/^.*\//, '')) },
      containerDefinitions: [{ name: 'app', image: 'web:old' }],
    },
  }),
})
const prepare = (inputs: object, given = answers(), log = fakeLog().log) => {
  const { aws } = fakeAws(given)
  const context = {
    aws,
    env: {},
    log,
    inputs: { services: [{ cluster: 'prod', service: 'web' }], serviceChanges: {}, ...inputs },
  }
  return prepareRollback(context as unknown as Context)
}

test.each([
  ['2', 'web:2'],
  ['web:2', 'web:2'],
  ['other:7', 'other:7'],
  [arn('web:1'), 'web:1'],
])('rollback-to: %s goes to %s, unchanged', async (rollbackTo, revision) => {
  const [plan] = await prepare({ rollbackTo })
  expect(plan?.revision.arn).toBe(arn(revision))
  expect(plan?.shipped).toEqual([{ container: 'app', image: 'web:old' }])
})

test.each(['INACTIVE', 'DELETE_IN_PROGRESS'])('registers a revision that is %s again', async (status) => {
  const [plan] = await prepare({ rollbackTo: '1' }, answers(status))
  expect(plan?.revision.arn).toBeUndefined()
  expect(plan?.revision.registration).toEqual({
    family: 'web',
    containerDefinitions: [{ name: 'app', image: 'web:old' }],
  })
})

test.each([
  ['the service runs rollback-from', { rollbackFrom: '3', rollbackTo: '2' }],
  ['the service runs rollback-to already', { rollbackFrom: '4', rollbackTo: '3' }],
  ['rollback-from is an ARN', { rollbackFrom: arn('web:3'), rollbackTo: '2' }],
])('goes back where %s', async (_, inputs) => {
  await expect(prepare(inputs)).resolves.toHaveLength(1)
})

describe('the images of the revision', () => {
  const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:old'
  const digest = `sha256:${'a'.repeat(64)}`
  const given = (imageStatus: string, deployments: object[] = []): Readonly<Record<string, Answer>> => ({
    ...answers(),
    DescribeServices: {
      services: [{ ...{ serviceName: 'web', status: 'ACTIVE', taskDefinition: arn('web:3') }, deployments }],
    },
    DescribeTaskDefinition: {
      taskDefinition: {
        ...{ family: 'web', status: 'ACTIVE', taskDefinitionArn: arn('web:1') },
        containerDefinitions: [{ name: 'app', image }],
      },
    },
    DescribeImages: { imageDetails: [{ imageDigest: digest, imageStatus }] },
  })

  test('must not be archived', async () => {
    await expect(prepare({ rollbackTo: '1' }, given('ARCHIVED'))).rejects.toThrow(
      `Service \`prod/web\` cannot be rolled back to web:1: its task definition has the image \`${image}\`, which is ARCHIVED in its repository: it cannot be pulled.`,
    )
    await expect(prepare({ rollbackTo: '1' }, given('ACTIVE'))).resolves.toHaveLength(1)
  })

  test('must exist', async () => {
    const gone = { ...given('ACTIVE'), DescribeImages: awsError('ImageNotFoundException') }
    await expect(prepare({ rollbackTo: '1' }, gone)).rejects.toThrow('which does not exist in its repository.')
  })

  test('are not looked for while tasks of it still run, nor where they may not be read', async () => {
    const running = given('ARCHIVED', [{ taskDefinition: arn('web:1'), runningCount: 1 }])
    await expect(prepare({ rollbackTo: '1' }, running)).resolves.toHaveLength(1)
    const denied = { ...given('ACTIVE'), DescribeImages: awsError('AccessDeniedException') }
    await expect(prepare({ rollbackTo: '1' }, denied)).resolves.toHaveLength(1)
  })
})

describe('a rollback without rollback-to', () => {
  /** A service that runs web:4. ECR has the images of its revisions with these statuses, and ECS none that is `deleted`. */
  const given = (statuses: Readonly<Record<number, string>>): Readonly<Record<string, Answer>> => {
    const revisions = [1, 2, 3, 4].map((number) => arn(`web:${number}`))
    const numberOf = (text: unknown) => Number(String(text).split(':').at(-1))
    return {
      ...answers(),
      DescribeServices: { services: [{ serviceName: 'web', status: 'ACTIVE', taskDefinition: arn('web:4') }] },
      ListServiceDeployments: {
        serviceDeployments: revisions.map((revision, index) => ({
          ...{ targetServiceRevisionArn: revision, status: 'SUCCESSFUL', createdAt: new Date(index) },
        })),
      },
      DescribeServiceRevisions: {
        serviceRevisions: revisions.map((revision) => ({ serviceRevisionArn: revision, taskDefinition: revision })),
      },
      DescribeTaskDefinition: ({ taskDefinition }) => {
        const number = numberOf(taskDefinition)
        if (statuses[number] === 'deleted') throw awsError('ClientException', 'Unable to describe task definition.')
        const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:${number}`
        return {
          taskDefinition: {
            ...{ family: 'web', status: 'ACTIVE', taskDefinitionArn: arn(`web:${number}`) },
            containerDefinitions: [{ name: 'app', image }],
          },
        }
      },
      DescribeImages: ({ imageIds }) => {
        const imageStatus = statuses[numberOf((imageIds as { imageTag: string }[])[0]?.imageTag)]
        if (imageStatus === 'missing') throw awsError('ImageNotFoundException')
        return { imageDetails: [{ imageStatus: imageStatus ?? 'ACTIVE' }] }
      },
    }
  }

  test.each([
    ['is archived', { 3: 'ARCHIVED' }, 'which is ARCHIVED in its repository'],
    ['does not exist', { 3: 'missing' }, 'which does not exist in its repository'],
  ])('looks further back where an image %s', async (_, statuses, why) => {
    const { log, lines } = fakeLog()
    const [plan] = await prepare({}, given(statuses), log)
    expect(plan?.revision.arn).toBe(arn('web:2'))
    expect(lines).toEqual([
      expect.stringMatching(/^warning: Service `prod\/web` cannot be rolled back to web:3: .* Going back to web:2\.$/),
    ])
    expect(lines[0]).toContain(why)
  })

  test('looks further back past revisions that were deleted', async () => {
    const { log, lines } = fakeLog()
    const [plan] = await prepare({}, given({ 3: 'deleted', 2: 'ARCHIVED' }), log)
    expect(plan?.revision.arn).toBe(arn('web:1'))
    expect(lines).toEqual([
      expect.stringContaining('`web:3`, which does not exist. Going back to web:2.'),
      expect.stringContaining('cannot be rolled back to web:2'),
    ])
  })

  test('is refused with the newest reason where nothing older is there', async () => {
    const gone = given({ 3: 'ARCHIVED', 2: 'missing', 1: 'deleted' })
    await expect(prepare({}, gone)).rejects.toThrow('cannot be rolled back to web:3: ')
  })

  test('does not look past any other error', async () => {
    const denied = { ...given({}), DescribeTaskDefinition: awsError('AccessDeniedException') }
    await expect(prepare({}, denied)).rejects.toThrow('AccessDeniedException')
  })
})

test.each([
  [
    'the service runs another revision than rollback-from',
    { rollbackFrom: '2', rollbackTo: '1' },
    answers(),
    /web:3.*web:2/s,
  ],
  [
    'the revision does not exist',
    { rollbackTo: '1' },
    { ...answers(), DescribeTaskDefinition: awsError('ClientException', 'Unable to describe task definition.') },
    'Input `rollback-to` leads to task definition `web:1`, which does not exist.',
  ],
  [
    'another tool deploys the service',
    { rollbackTo: '1' },
    {
      ...answers(),
      DescribeServices: {
        services: [{ serviceName: 'web', status: 'ACTIVE', deploymentController: { type: 'CODE_DEPLOY' } }],
      },
    },
    /CODE_DEPLOY/,
  ],
])('refuses where %s', async (_, inputs, given, message) => {
  await expect(prepare(inputs, given)).rejects.toThrow(message)
})

test('warns of a rollback that ECS may not be able to begin, and goes on', async () => {
  const bounds = { minimumHealthyPercent: 100, maximumPercent: 134 }
  const services = [
    {
      ...{ serviceName: 'web', status: 'ACTIVE', taskDefinition: arn('web:3') },
      ...{ desiredCount: 1, runningCount: 1, deploymentConfiguration: bounds },
    },
  ]
  const { log, lines } = fakeLog()
  const plans = await prepare({ rollbackTo: '2' }, { ...answers(), DescribeServices: { services } }, log)
  expect(plans.map(({ revision }) => revision.arn)).toEqual([arn('web:2')])
  expect(lines).toEqual([
    expect.stringMatching(
      /^warning: Service `prod\/web` cannot replace a task: .* stop an old one\. Set `maximumPercent` /,
    ),
  ])
})
