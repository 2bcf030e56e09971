import { refusalToStop, stopDeployment } from '../../../../actions/deploy-ecs/src/change/stop-deployment.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const name = { cluster: 'prod', service: 'web' }
const gone = awsError('ServiceDeploymentNotFoundException', 'The service deployment is not in progress.')

test('stops a service deployment', async () => {
  const { aws, requests } = fakeAws({ StopServiceDeployment: {} })
  expect(await stopDeployment(aws, name, 'arn', 'ROLLBACK')).toBe(true)
  expect(await refusalToStop(aws, name, 'arn', 'ABORT')).toBeUndefined()
  expect(requests('StopServiceDeployment')).toEqual([
    { serviceDeploymentArn: 'arn', stopType: 'ROLLBACK' },
    { serviceDeploymentArn: 'arn', stopType: 'ABORT' },
  ])
})

test.each([gone, awsError('AccessDeniedException', 'No.')])('returns the refusal %s', async (error) => {
  const { aws } = fakeAws({ StopServiceDeployment: error })
  expect(await stopDeployment(aws, name, 'arn', 'ROLLBACK')).toBe(false)
  expect(await refusalToStop(aws, name, 'arn', 'ROLLBACK')).toContain(error.message)
})

test('throws an error that is no refusal', async () => {
  const { aws } = fakeAws({ StopServiceDeployment: awsError('ExpiredTokenException') })
  await expect(stopDeployment(aws, name, 'arn', 'ROLLBACK')).rejects.toThrow('ExpiredTokenException')
})
