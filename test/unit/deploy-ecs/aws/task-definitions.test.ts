import { describeTaskDefinition } from '../../../../actions/deploy-ecs/src/aws/task-definitions.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const ARN = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3'

test('returns the revision with its tags, which AWS leaves out unless asked', async () => {
  const tags = [{ key: 'team', value: 'a' }]
  const { aws, requests } = fakeAws({ DescribeTaskDefinition: { taskDefinition: { family: 'web' }, tags } })
  expect(await describeTaskDefinition(aws, ARN)).toEqual({ taskDefinition: { family: 'web' }, tags })
  expect(requests('DescribeTaskDefinition')).toEqual([{ taskDefinition: ARN, include: ['TAGS'] }])
})

test('a revision without tags has an empty list', async () => {
  const { aws } = fakeAws({ DescribeTaskDefinition: { taskDefinition: { family: 'web' } } })
  expect(await describeTaskDefinition(aws, ARN)).toMatchObject({ tags: [] })
})

test('returns undefined where there is none', async () => {
  // ECS has no error code of its own for this.
  const error = awsError('ClientException', 'Unable to describe task definition.')
  expect(await describeTaskDefinition(fakeAws({ DescribeTaskDefinition: error }).aws, ARN)).toBeUndefined()
})

test('throws any other error, with the short name of the revision', async () => {
  const { aws } = fakeAws({ DescribeTaskDefinition: awsError('AccessDeniedException', 'No.') })
  await expect(describeTaskDefinition(aws, ARN)).rejects.toThrow(
    'Could not describe task definition `web:3`. AccessDeniedException: No.',
  )
})
