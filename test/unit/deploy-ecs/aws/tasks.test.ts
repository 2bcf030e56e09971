import { describeContainerInstances, describeTasks, listTasks } from '../../../../actions/deploy-ecs/src/aws/tasks.ts'
import { fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

test('listTasks reads all pages', async () => {
  const { aws, requests } = fakeAws({
    ListTasks: ({ nextToken }: Input) =>
      nextToken === undefined ? { taskArns: ['a', 'b'], nextToken: '2' } : { taskArns: ['c'] },
  })
  expect(await listTasks(aws, { cluster: 'prod', service: 'web' }, 'STOPPED')).toEqual(['a', 'b', 'c'])
  const request = { cluster: 'prod', serviceName: 'web', desiredStatus: 'STOPPED' }
  expect(requests('ListTasks')).toEqual([request, { ...request, nextToken: '2' }])
})

test('describeTasks asks for a hundred tasks at a time, and for none without a call', async () => {
  const { aws, requests } = fakeAws({
    DescribeTasks: ({ tasks }: Input) => ({ tasks: (tasks as string[]).map((taskArn) => ({ taskArn })) }),
  })
  const arns = Array.from({ length: 101 }, (_, index) => `task-${index}`)
  expect((await describeTasks(aws, 'prod', arns)).map(({ taskArn }) => taskArn)).toEqual(arns)
  expect(requests('DescribeTasks').map(({ tasks }) => (tasks as string[]).length)).toEqual([100, 1])
  expect(await describeTasks(aws, 'prod', [])).toEqual([])
  expect(requests('DescribeTasks')).toHaveLength(2)
})

test('describeContainerInstances leaves out instances outside of EC2, as of ECS Anywhere', async () => {
  const { aws } = fakeAws({
    DescribeContainerInstances: {
      containerInstances: [{ containerInstanceArn: 'ci-1', ec2InstanceId: 'i-1' }, { containerInstanceArn: 'ci-2' }],
    },
  })
  expect([...(await describeContainerInstances(aws, 'prod', ['ci-1', 'ci-2']))]).toEqual([['ci-1', 'i-1']])
})
