import { readHistory } from '../../../../actions/deploy-ecs/src/rollback-target/history.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const name = { cluster: 'prod', service: 'web' }
const deployment = (revision: string, status: string, createdAt: number) => ({
  ...{ targetServiceRevisionArn: `revision-of-${revision}`, status, createdAt: new Date(createdAt) },
})
const serviceRevisions = ['web:1', 'web:2'].map((taskDefinition) => ({
  ...{ serviceRevisionArn: `revision-of-${taskDefinition}`, taskDefinition },
}))

test('returns the deployments with their task definitions, newest first', async () => {
  const { aws, requests } = fakeAws({
    ListServiceDeployments: {
      serviceDeployments: [
        deployment('web:1', 'SUCCESSFUL', 1),
        deployment('web:2', 'ROLLBACK_SUCCESSFUL', 3),
        deployment('web:1', 'SUCCESSFUL', 2),
      ],
    },
    DescribeServiceRevisions: { serviceRevisions },
  })
  expect(await readHistory(aws, name)).toEqual([
    // Its own revision did not roll out to the end.
    { taskDefinition: 'web:2', createdAt: 3, succeeded: false },
    { taskDefinition: 'web:1', createdAt: 2, succeeded: true },
    { taskDefinition: 'web:1', createdAt: 1, succeeded: true },
  ])
  // Each revision is asked for once.
  expect(requests('DescribeServiceRevisions')).toEqual([
    { serviceRevisionArns: ['revision-of-web:2', 'revision-of-web:1'] },
  ])
})

test.each(['FAILED', 'STOPPED', 'ROLLBACK_FAILED', 'IN_PROGRESS', 'PENDING'])('%s is not a success', async (status) => {
  const { aws } = fakeAws({
    ListServiceDeployments: { serviceDeployments: [deployment('web:1', status, 1)] },
    DescribeServiceRevisions: { serviceRevisions },
  })
  expect(await readHistory(aws, name)).toMatchObject([{ succeeded: false }])
})

test('leaves out a deployment whose revision ECS does not describe', async () => {
  const { aws } = fakeAws({
    ListServiceDeployments: { serviceDeployments: [deployment('web:9', 'SUCCESSFUL', 1), { status: 'PENDING' }] },
    DescribeServiceRevisions: { serviceRevisions },
  })
  expect(await readHistory(aws, name)).toEqual([])
})

test('is empty where the role may not read it', async () => {
  const { aws } = fakeAws({ ListServiceDeployments: awsError('AccessDeniedException') })
  expect(await readHistory(aws, name)).toEqual([])
})

test('throws any other error', async () => {
  const { aws } = fakeAws({ ListServiceDeployments: awsError('ExpiredTokenException') })
  await expect(readHistory(aws, name)).rejects.toThrow('ExpiredTokenException')
})
