import type { Service } from '@aws-sdk/client-ecs'
import { deploymentInProgress } from '../../../../actions/deploy-ecs/src/observe/in-progress.ts'
import { deployment, earlier } from '../../../support/deploy-ecs/observations.ts'

test('a deployment is in progress while its PRIMARY is, and not while old tasks drain', () => {
  const seen = (...deployments: object[]): Service => ({ deployments }) as Service
  expect(deploymentInProgress(seen(deployment(), earlier()))).toContain('ecs-svc/ours (web:2, 2/2 running)')
  expect(deploymentInProgress(seen(deployment({ rolloutState: 'COMPLETED' }), earlier()))).toBeUndefined()
  const { rolloutState: _, ...classic } = deployment()
  expect(deploymentInProgress(seen(classic, earlier()))).toBeDefined()
  expect(deploymentInProgress(seen(classic))).toBeUndefined()
})

test('a deployment in progress is shown with its failed tasks, as it may never end', () => {
  const seen = (failedTasks: number) =>
    deploymentInProgress({ deployments: [{ ...deployment(), failedTasks }, earlier()] } as never)
  expect(seen(1)).toBe('ecs-svc/ours (web:2, 2/2 running, 1 failed task)')
  expect(seen(12)).toBe('ecs-svc/ours (web:2, 2/2 running, 12 failed tasks)')
})

test('the deployment that a service was created with is not in progress, and any later one is', () => {
  const made = (deploymentAt: number, ...others: object[]): Service => ({
    createdAt: new Date(1_000_000),
    deployments: [{ ...deployment(), createdAt: new Date(deploymentAt) }, ...others] as never,
  })
  expect(deploymentInProgress(made(1_000_400))).toBeUndefined()
  expect(deploymentInProgress(made(1_030_000))).toBeDefined()
  expect(deploymentInProgress(made(1_000_400, earlier()))).toBeDefined()
})
