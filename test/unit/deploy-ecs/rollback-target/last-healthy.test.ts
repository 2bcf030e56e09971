import type { Service } from '@aws-sdk/client-ecs'
import { lastHealthy } from '../../../../actions/deploy-ecs/src/rollback-target/last-healthy.ts'
import { fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const name = { cluster: 'prod', service: 'web' }
const serviceOf = (...deployments: readonly [rolloutState: string, taskDefinition: string][]) =>
  ({ deployments: deployments.map(([rolloutState, taskDefinition]) => ({ rolloutState, taskDefinition })) }) as Service

/** A history of successful deployments, newest first. */
const historyOf = (...revisions: readonly string[]) =>
  fakeAws({
    ListServiceDeployments: {
      serviceDeployments: revisions.map((revision, index) => ({
        ...{ targetServiceRevisionArn: revision, status: 'SUCCESSFUL', createdAt: new Date(100 - index) },
      })),
    },
    DescribeServiceRevisions: {
      serviceRevisions: revisions.map((revision) => ({ serviceRevisionArn: revision, taskDefinition: revision })),
    },
  })

test('is the deployment that is COMPLETED beside the one that failed', async () => {
  const { aws, calls } = historyOf('web:1')
  const service = serviceOf(['FAILED', 'web:3'], ['COMPLETED', 'web:2'])
  expect(await lastHealthy(aws, name, service, 'web:3')).toBe('web:2')
  expect(calls).toEqual([])
})

test('is the newest other revision in the history where none is COMPLETED', async () => {
  const { aws, requests } = historyOf('web:3', 'web:2', 'web:1')
  const service = serviceOf(['FAILED', 'web:3'], ['IN_PROGRESS', 'web:4'])
  expect(await lastHealthy(aws, name, service, 'web:3')).toBe('web:2')
  expect(requests('ListServiceDeployments')).toMatchObject([{ status: ['SUCCESSFUL'] }])
})

test('is never the revision that failed', async () => {
  const service = serviceOf(['COMPLETED', 'web:3'])
  expect(await lastHealthy(historyOf('web:3').aws, name, service, 'web:3')).toBeUndefined()
})
