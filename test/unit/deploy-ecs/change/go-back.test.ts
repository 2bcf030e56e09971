import { goBack } from '../../../../actions/deploy-ecs/src/change/go-back.ts'
import { type Answer, awsError, fakeAws, fakeLog, type Input } from '../../../support/deploy-ecs/fake-aws.ts'
import { arn } from '../../../support/deploy-ecs/observations.ts'

const name = { cluster: 'prod', service: 'web' }
const start = { name, before: { taskDefinition: arn(2) }, taskDefinition: arn(1), shipped: [] }
const containerDefinitions = [{ name: 'app', image: 'web:old' }]
const revision = (number: number, status: string) => ({
  taskDefinition: { taskDefinitionArn: arn(number), family: 'web', revision: number, status, containerDefinitions },
})
const refused = awsError('ClientException', 'TaskDefinition is inactive')

async function go(answers: Readonly<Record<string, Answer>>) {
  const fake = fakeAws({
    UpdateService: ({ taskDefinition }: Input) => {
      if (taskDefinition === arn(1)) throw refused
      return { service: { deployments: [{ id: 'ecs-svc/back', status: 'PRIMARY', taskDefinition: arn(3) }] } }
    },
    ...answers,
  })
  const { log, lines } = fakeLog()
  const rollout = await goBack({ aws: fake.aws, log, inputs: { unknownMembers: 'warn' } as never }, start, {
    desiredCount: 2,
  }).catch((error: Error) => error)
  return { ...fake, rollout, lines }
}

test.each(['INACTIVE', 'DELETE_IN_PROGRESS'])(
  'registers the content of a revision that is %s again',
  async (status) => {
    const { rollout, requests, lines } = await go({
      DescribeTaskDefinition: ({ taskDefinition }) =>
        taskDefinition === arn(1)
          ? revision(1, status)
          : { taskDefinition: { ...revision(2, 'ACTIVE').taskDefinition, containerDefinitions: [{ name: 'bad' }] } },
      RegisterTaskDefinition: { taskDefinition: { taskDefinitionArn: arn(3) } },
    })
    expect(rollout).toMatchObject({ taskDefinition: arn(3), deploymentId: 'ecs-svc/back' })
    expect(requests('RegisterTaskDefinition')).toEqual([{ family: 'web', containerDefinitions }])
    expect(requests('UpdateService').at(-1)).toEqual({ ...name, taskDefinition: arn(3), desiredCount: 2 })
    expect(lines).toEqual([
      'notice: web:1 was deregistered: service `prod/web` goes back to web:3, which has the same content.',
    ])
  },
)

test('takes the newest revision where that has the same content', async () => {
  const { rollout, requests } = await go({
    DescribeTaskDefinition: ({ taskDefinition }) =>
      taskDefinition === arn(1) ? revision(1, 'INACTIVE') : revision(3, 'ACTIVE'),
  })
  expect(rollout).toMatchObject({ taskDefinition: arn(3) })
  expect(requests('RegisterTaskDefinition')).toEqual([])
})

test.each<[string, Answer]>([
  ['is ACTIVE', revision(1, 'ACTIVE')],
  ['does not exist', awsError('ClientException', 'Unable to describe task definition.')],
])("throws ECS's refusal where the revision %s", async (_, described) => {
  const { rollout } = await go({ DescribeTaskDefinition: described })
  expect(String(rollout)).toContain('TaskDefinition is inactive')
})
