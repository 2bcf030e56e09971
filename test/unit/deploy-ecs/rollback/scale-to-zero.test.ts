import type { Service } from '@aws-sdk/client-ecs'
import { scaleToZero } from '../../../../actions/deploy-ecs/src/rollback/scale-to-zero.ts'
import { awsError, fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

const name = { cluster: 'prod', service: 'web' }
const deployments = [{ id: 'ecs-svc/1', status: 'PRIMARY' }]
const before: Service = { taskDefinition: 'web:2', desiredCount: 2, deployments }
const refused = awsError('ClientException', 'TaskDefinition is inactive')
const scale = async (refuses: readonly unknown[], newest: object = {}) => {
  const fake = fakeAws({
    UpdateService: ({ taskDefinition }: Input) => {
      if (refuses.includes(taskDefinition)) throw refused
      return { service: { deployments } }
    },
    DescribeTaskDefinition: newest,
  })
  await scaleToZero(fake.aws, name, before, 'web:1')
  return fake.requests('UpdateService').at(-1)
}

test('goes back to the previous revision, without tasks', async () => {
  expect(await scale([])).toEqual({ ...name, taskDefinition: 'web:1', desiredCount: 0 })
})

test('goes to the newest revision of the family where the previous one is deregistered', async () => {
  const newest = { taskDefinition: { taskDefinitionArn: 'web:9' } }
  expect(await scale(['web:1'], newest)).toEqual({ ...name, taskDefinition: 'web:9', desiredCount: 0 })
})

test.each([
  ['does not exist', awsError('ClientException', 'Unable to describe task definition.')],
  ['may not be read', awsError('AccessDeniedException')],
])('changes the desired count alone where another revision %s', async (_, newest) => {
  expect(await scale(['web:1'], newest)).toEqual({ ...name, desiredCount: 0 })
})
