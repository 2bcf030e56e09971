import type { Service } from '@aws-sdk/client-ecs'
import { movedTag } from '../../../../actions/deploy-ecs/src/change/moved-tags.ts'
import type { Context } from '../../../../actions/deploy-ecs/src/inputs/context.ts'
import type { CheckedImage } from '../../../../actions/deploy-ecs/src/task-definition/check-image.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { type Answer, awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'
import { arn } from '../../../support/deploy-ecs/observations.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const TAG = 'example.com/web:latest'
const running = (...digests: readonly (string | undefined)[]): Readonly<Record<string, Answer>> => ({
  ListTasks: { taskArns: ['task/1'] },
  DescribeTasks: {
    tasks: digests.map((imageDigest, index) => ({
      ...{ taskArn: `task/${index}`, lastStatus: 'RUNNING' },
      containers: [{ name: 'app', imageDigest }],
    })),
  },
})

interface Given {
  readonly shipped?: readonly CheckedImage[]
  readonly answers?: Readonly<Record<string, Answer>>
  readonly inputs?: object
  readonly before?: Partial<Service>
  readonly taskDefinition?: string
}

/** What a deploy of web:1 over web:1 finds. Without `answers`, no call may be made. */
function find({ shipped = [{ container: 'app', image: TAG }], answers = {}, ...given }: Given) {
  const inputs = { command: 'deploy', serviceChanges: {}, taskDefinitionSource: { kind: 'service' }, ...given.inputs }
  const before = {
    ...{ taskDefinition: arn(1), desiredCount: 1 },
    deployments: [{ status: 'PRIMARY', taskDefinition: arn(1), rolloutState: 'COMPLETED' }],
    ...given.before,
  }
  const plan = { name: { cluster: 'prod', service: 'web' }, before, shipped }
  const { aws } = fakeAws(answers)
  return movedTag({ aws, inputs } as unknown as Context, plan as unknown as ServicePlan, given.taskDefinition ?? arn(1))
}

test('is a tag whose digest is not known', async () => {
  expect(await find({})).toBe(`${TAG} names a tag, which may have moved`)
})

test.each([
  ['another one', [digest('b')]],
  ['one that is not known', [undefined]],
  ['another one in one of several tasks', [digest('a'), digest('b')]],
])('is a tag whose digest is known while the tasks run %s', async (_, digests) => {
  const shipped = [{ container: 'app', image: TAG, digest: digest('a') }]
  expect(await find({ shipped, answers: running(...digests) })).toBe(
    `${TAG} is ${digest('a')} now, which not all tasks of \`prod/web\` run`,
  )
})

test('is none where all tasks run the digest of the tag', async () => {
  const shipped = [{ container: 'app', image: TAG, digest: digest('a') }]
  expect(await find({ shipped, answers: running(digest('a'), digest('a')) })).toBeUndefined()
})

test('is a tag with a digest where the tasks may not be read', async () => {
  const shipped = [{ container: 'app', image: TAG, digest: digest('a') }]
  expect(await find({ shipped, answers: { ListTasks: awsError('AccessDeniedException') } })).toBe(
    `${TAG} names a tag, and the tasks may not be read`,
  )
})

test.each([
  ['file', 'agent:7 names a tag, which may have moved'],
  ['template', undefined],
  ['revision', undefined],
])('of a sidecar with a tag, with a task definition of the kind %s, is %s', async (kind, expected) => {
  const shipped = [
    { container: 'app', image: `web@${digest('a')}`, input: 'image' },
    { container: 'sidecar', image: 'agent:7', input: kind === 'template' ? 'template' : 'task-definition' },
  ] as const
  expect(await find({ shipped, inputs: { taskDefinitionSource: { kind } } })).toBe(expected)
})

test.each<[string, Given]>([
  ['the image has a digest in its reference', { shipped: [{ container: 'app', image: `${TAG}@${digest('a')}` }] }],
  ['no image is deployed', { shipped: [] }],
  ['another revision is deployed', { taskDefinition: arn(2) }],
  ['a new deployment is forced', { inputs: { serviceChanges: { forceNewDeployment: true } } }],
  ['the service is rolled back', { inputs: { command: 'rollback' } }],
  ['no task is wanted', { before: { desiredCount: 0 } }],
  [
    'the deployment is in progress',
    { before: { deployments: [{ status: 'PRIMARY', taskDefinition: arn(1), rolloutState: 'IN_PROGRESS' }] } },
  ],
])('is none where %s', async (_, given) => {
  expect(await find(given)).toBeUndefined()
})
