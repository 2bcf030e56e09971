import type { Deployment, Service } from '@aws-sdk/client-ecs'
import type { Context } from '../../../../actions/deploy-ecs/src/inputs/context.ts'
import { rollBackInProgress } from '../../../../actions/deploy-ecs/src/rollback/rollback-in-progress.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { type Answer, awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'
import { arn, MADE } from '../../../support/deploy-ecs/observations.ts'

const name = { cluster: 'prod', service: 'web' }
const blue: Deployment = { id: 'ecs-svc/blue', status: 'ACTIVE', taskDefinition: arn(1), rolloutState: 'COMPLETED' }
const green: Deployment = {
  ...{ id: 'ecs-svc/green', status: 'PRIMARY', taskDefinition: arn(2), rolloutState: 'IN_PROGRESS' },
  createdAt: new Date(MADE),
}
const before: Service = {
  ...{ serviceName: 'web', status: 'ACTIVE', desiredCount: 1, taskDefinition: arn(2), deployments: [green, blue] },
  deploymentConfiguration: { strategy: 'BLUE_GREEN' },
}
const back = {
  ...blue,
  id: 'ecs-svc/back',
  status: 'PRIMARY',
  rolloutState: 'IN_PROGRESS',
  createdAt: new Date(MADE + 1),
}

/** ECS that accepts the rollback, and then shows its deployment. */
const accepting: Readonly<Record<string, Answer>> = {
  ListServiceDeployments: {
    serviceDeployments: [{ serviceDeploymentArn: 'sd', targetServiceRevisionArn: 'sr', createdAt: new Date(MADE) }],
  },
  DescribeServiceRevisions: { serviceRevisions: [{ serviceRevisionArn: 'sr', taskDefinition: arn(2) }] },
  DescribeServiceDeployments: { serviceDeployments: [{ serviceDeploymentArn: 'sd', status: 'ROLLBACK_IN_PROGRESS' }] },
  StopServiceDeployment: {},
  DescribeServices: { services: [{ ...before, deployments: [back, { ...green, status: 'ACTIVE' }, blue] }] },
}

function rollBack(
  options: { answers?: Readonly<Record<string, Answer>>; inputs?: object; service?: Service; wanted?: string } = {},
) {
  const { answers = accepting, inputs, service = before, wanted = arn(1) } = options
  const fake = fakeAws(answers)
  const context = { aws: fake.aws, inputs: { command: 'rollback', serviceChanges: {}, timeoutMs: 60_000, ...inputs } }
  return {
    ...fake,
    rollout: rollBackInProgress(context as unknown as Context, { name, before: service } as ServicePlan, wanted),
  }
}

test('has ECS roll back the deployment in progress, and follows that', async () => {
  const { rollout, requests } = rollBack()
  expect(await rollout).toMatchObject({ deploymentId: 'ecs-svc/back', taskDefinition: arn(1), isNew: true })
  expect(requests('StopServiceDeployment')).toEqual([{ serviceDeploymentArn: 'sd', stopType: 'ROLLBACK' }])
})

test.each<[string, Parameters<typeof rollBack>[0]]>([
  ['for another command', { inputs: { command: 'deploy' } }],
  ['where inputs change the service too', { inputs: { serviceChanges: { desiredCount: 2 } } }],
  ['for a rolling update', { service: { ...before, deploymentConfiguration: { strategy: 'ROLLING' } } }],
  [
    'where no deployment is in progress',
    { service: { ...before, deployments: [{ ...green, rolloutState: 'FAILED' }, blue] } },
  ],
  ['where ECS would go back to another revision', { wanted: arn(7) }],
])('leaves it to an update %s, without a call', async (_, options) => {
  const { rollout, calls } = rollBack(options)
  expect(await rollout).toBeUndefined()
  expect(calls).toEqual([])
})

test.each<[string, Readonly<Record<string, Answer>>]>([
  ['cannot be found', { ListServiceDeployments: { serviceDeployments: [] } }],
  ['can no longer be stopped', { StopServiceDeployment: awsError('InvalidParameterException') }],
  [
    'ends without a rollback',
    {
      DescribeServices: { services: [before] },
      DescribeServiceDeployments: { serviceDeployments: [{ serviceDeploymentArn: 'sd', status: 'STOPPED' }] },
    },
  ],
])('leaves it to an update where the service deployment %s', async (_, more) => {
  expect(await rollBack({ answers: { ...accepting, ...more } }).rollout).toBeUndefined()
})
