import type { Service } from '@aws-sdk/client-ecs'
import {
  missingTargetGroup,
  refuseForeignController,
  refuseMissingExecutionRole,
  refuseMissingPorts,
  refuseServiceChanges,
} from '../../../../actions/deploy-ecs/src/prepare/preflight.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { awsError } from '../../../support/deploy-ecs/fake-aws.ts'
import { GROUP } from '../../../support/deploy-ecs/observations.ts'

const name = { cluster: 'prod', service: 'web' }

test.each([
  [undefined, undefined],
  ['ECS', undefined],
  ['CODE_DEPLOY', 'CODE_DEPLOY'],
  ['EXTERNAL', 'EXTERNAL'],
] as const)('the deployment controller %s is refused: %s', (type, refused) => {
  const refuse = () => refuseForeignController(name, type === undefined ? {} : { deploymentController: { type } })
  if (refused === undefined) expect(refuse).not.toThrow()
  else expect(refuse).toThrow(`Service \`prod/web\` has the deployment controller ${refused}`)
})

test('an Express service is refused, with what deploys it', () => {
  expect(() => refuseForeignController(name, { resourceManagementType: 'CUSTOMER' })).not.toThrow()
  expect(() => refuseForeignController(name, { resourceManagementType: 'ECS' })).toThrow(
    'Service `prod/web` is an Express service: ECS manages its task definition, which this action does not support.',
  )
})

test.each<[Service, Parameters<typeof refuseServiceChanges>[2], string | undefined]>([
  [{ schedulingStrategy: 'DAEMON' }, { desiredCount: 1 }, 'desired-count'],
  [{ schedulingStrategy: 'DAEMON' }, { forceNewDeployment: true }, undefined],
  [{ schedulingStrategy: 'REPLICA' }, { desiredCount: 1 }, undefined],
  [{ deploymentConfiguration: { strategy: 'BLUE_GREEN' } }, { circuitBreaker: 'stop' }, 'circuit-breaker'],
  [{ deploymentConfiguration: { strategy: 'BLUE_GREEN' } }, { alarms: ['5xx'] }, undefined],
  [{ deploymentConfiguration: { strategy: 'ROLLING' } }, { circuitBreaker: 'stop' }, undefined],
  [{}, { circuitBreaker: 'stop' }, undefined],
])('of a service %j, the changes %j are refused for %s', (service, changes, input) => {
  const refuse = () => refuseServiceChanges(name, service, changes)
  if (input === undefined) expect(refuse).not.toThrow()
  else expect(refuse).toThrow(`Input \`${input}\` is set`)
})

describe('refuseMissingPorts', () => {
  const balanced = { loadBalancers: [{ targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }] }
  const withPorts = (container: string, ...ports: readonly number[]) => ({
    family: 'web',
    containerDefinitions: [{ name: container, portMappings: ports.map((containerPort) => ({ containerPort })) }],
  })

  test('accepts a container that maps the port, and a service without a load balancer', () => {
    expect(() => refuseMissingPorts(name, balanced, withPorts('app', 9090, 80))).not.toThrow()
    expect(() => refuseMissingPorts(name, {}, withPorts('app'))).not.toThrow()
  })

  test.each([
    ['has no container `app`', withPorts('web', 80), 'Its containers are `web`.'],
    ['does not map port 80', withPorts('app', 8080), 'It maps 8080.'],
    ['does not map port 80', withPorts('app'), 'It maps none.'],
  ])('refuses a task definition that %s', (problem, registration, hint) => {
    const refuse = () => refuseMissingPorts(name, balanced, registration)
    expect(refuse).toThrow(problem)
    expect(refuse).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }))
  })
})

test.each([
  ['a secret', { secrets: [{ name: 'A', valueFrom: '/a' }] }, false],
  ['registry credentials', { repositoryCredentials: { credentialsParameter: 'hub' } }, false],
  ['neither', { environment: [{ name: 'A', value: '1' }] }, true],
])('a container with %s needs an execution role', (_, container, accepted) => {
  const registration = { family: 'web', containerDefinitions: [{ name: 'proxy' }, { name: 'app', ...container }] }
  const refuse = () => refuseMissingExecutionRole(registration)
  if (accepted) expect(refuse).not.toThrow()
  else expect(refuse).toThrow('`app`')
  expect(() => refuseMissingExecutionRole({ ...registration, executionRoleArn: 'arn' })).not.toThrow()
})

test('missingTargetGroup names the service of a target group that does not exist', () => {
  const failed = (error: string) => new SlipwayError('Could not describe it.', { cause: awsError(error) })
  for (const error of ['TargetGroupNotFound', 'TargetGroupNotFoundException']) {
    expect(missingTargetGroup(name, failed(error))?.message).toContain(
      'Service `prod/web` has a target group that does not exist.',
    )
  }
  expect(missingTargetGroup(name, failed('AccessDeniedException'))).toBeUndefined()
  expect(missingTargetGroup(name, new Error('x'))).toBeUndefined()
})
