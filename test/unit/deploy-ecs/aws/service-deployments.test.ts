import {
  describeServiceDeployments,
  describeServiceRevisions,
  listServiceDeployments,
} from '../../../../actions/deploy-ecs/src/aws/service-deployments.ts'
import { fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

const name = { cluster: 'prod', service: 'web' }

test('listServiceDeployments returns the newest first', async () => {
  const made = (id: string, at?: number) => ({
    serviceDeploymentArn: id,
    ...(at === undefined ? {} : { createdAt: new Date(at) }),
  })
  const { aws, requests } = fakeAws({
    ListServiceDeployments: {
      serviceDeployments: [made('old', 1), made('new', 3), made('undated'), made('middle', 2)],
    },
  })
  const listed = await listServiceDeployments(aws, name)
  expect(listed.map(({ serviceDeploymentArn }) => serviceDeploymentArn)).toEqual(['new', 'middle', 'old', 'undated'])
  expect(requests('ListServiceDeployments')).toEqual([{ ...name, maxResults: 100 }])
})

test('listServiceDeployments asks for the status and the time that are given', async () => {
  const { aws, requests } = fakeAws({ ListServiceDeployments: {} })
  const createdAfter = new Date(5)
  expect(await listServiceDeployments(aws, name, { createdAfter, status: ['SUCCESSFUL'] })).toEqual([])
  expect(requests('ListServiceDeployments')).toMatchObject([
    { createdAt: { after: createdAfter }, status: ['SUCCESSFUL'] },
  ])
})

test('descriptions are read twenty at a time, which is what AWS takes', async () => {
  const arns = Array.from({ length: 21 }, (_, index) => `arn-${index}`)
  const { aws, requests } = fakeAws({
    DescribeServiceDeployments: ({ serviceDeploymentArns }: Input) => ({
      serviceDeployments: (serviceDeploymentArns as string[]).map((serviceDeploymentArn) => ({ serviceDeploymentArn })),
    }),
    DescribeServiceRevisions: ({ serviceRevisionArns }: Input) => ({
      serviceRevisions: (serviceRevisionArns as string[]).map((serviceRevisionArn) => ({ serviceRevisionArn })),
    }),
  })
  const deployments = await describeServiceDeployments(aws, arns)
  expect(deployments.map(({ serviceDeploymentArn }) => serviceDeploymentArn)).toEqual(arns)
  const revisions = await describeServiceRevisions(aws, arns)
  expect(revisions.map(({ serviceRevisionArn }) => serviceRevisionArn)).toEqual(arns)
  const sizes = (operation: string, member: string) =>
    requests(operation).map((request) => (request[member] as string[]).length)
  expect(sizes('DescribeServiceDeployments', 'serviceDeploymentArns')).toEqual([20, 1])
  expect(sizes('DescribeServiceRevisions', 'serviceRevisionArns')).toEqual([20, 1])
})
