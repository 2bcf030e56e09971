import type { DeploymentConfiguration } from '@aws-sdk/client-ecs'
import {
  refuseConfiguration,
  refuseSpec,
} from '../../../../../../../rehearsal/cloud/ecs/api/services/service-validation.ts'
import type { Ecs } from '../../../../../../../rehearsal/cloud/ecs/context.ts'
import type { ServiceSpec, TaskDefinition } from '../../../../../../../rehearsal/cloud/ecs/model.ts'

const scope = { account: '123456789012', region: 'eu-west-1' }
const definition = (body: object = {}) =>
  ({
    body: { networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512', ...body },
    containers: [{ name: 'app', portMappings: [{ containerPort: 80 }] }],
  }) as unknown as TaskDefinition
const balancer = { targetGroupArn: 'group', containerName: 'app', containerPort: 80 }

function refuse(more: object, { groups = [{ inUse: true, targetType: 'ip' }], strategy = 'REPLICA' } = {}) {
  const ecs = { targetGroups: { find: () => groups[0] } } as unknown as Ecs
  const spec = {
    taskDefinition: definition(),
    networkConfiguration: {},
    loadBalancers: [],
    ...more,
  } as unknown as ServiceSpec
  return () => refuseSpec(ecs, scope, spec, strategy as 'REPLICA')
}

describe('a service', () => {
  test('is accepted with what AWS accepts', () => {
    expect(refuse({ launchType: 'FARGATE', loadBalancers: [balancer] })).not.toThrow()
    const bridged = { taskDefinition: definition({ networkMode: undefined }), networkConfiguration: undefined }
    expect(
      refuse({ ...bridged, loadBalancers: [balancer] }, { groups: [{ inUse: true, targetType: 'instance' }] }),
    ).not.toThrow()
    expect(
      refuse({ loadBalancers: [{ loadBalancerName: 'classic', containerName: 'app', containerPort: 80 }] }),
    ).not.toThrow()
  })

  test.each<[string, object, string]>([
    [
      'a task definition that Fargate cannot run',
      { launchType: 'FARGATE', taskDefinition: definition({ cpu: '100' }) },
      'does not support launch_type FARGATE',
    ],
    ['awsvpc without a network', { networkConfiguration: undefined }, 'Network Configuration must be provided'],
    [
      'a network without awsvpc',
      { taskDefinition: definition({ networkMode: 'bridge' }) },
      'Network Configuration is not valid',
    ],
    ['six load balancers', { loadBalancers: Array.from({ length: 6 }, () => balancer) }, 'at most 5'],
    [
      'a container that does not exist',
      { loadBalancers: [{ ...balancer, containerName: 'web' }] },
      'The container web does not exist',
    ],
    [
      'a port that the container does not map',
      { loadBalancers: [{ ...balancer, containerPort: 81 }] },
      'did not have a container port 81',
    ],
    [
      'neither target group nor load balancer',
      { loadBalancers: [{ ...balancer, targetGroupArn: undefined }] },
      'Target group ARN or load balancer name',
    ],
    [
      'a port of Service Connect that has no name',
      { serviceConnectConfiguration: { enabled: true, services: [{ portName: 'http' }] } },
      'portName(http) does not refer to any named PortMapping',
    ],
    [
      'a port of VPC Lattice that has no name',
      { vpcLatticeConfigurations: [{ portName: 'http' }] },
      'portName(http) does not refer to any named PortMapping',
    ],
  ])('is refused for %s', (_, more, message) => expect(refuse(more)).toThrow(message))

  test('is refused for DAEMON on Fargate', () => {
    expect(refuse({ launchType: 'FARGATE' }, { strategy: 'DAEMON' })).toThrow(
      'DAEMON scheduling strategy is not supported',
    )
  })

  test.each<[string, { inUse: boolean; targetType: string }[], string]>([
    ['does not exist', [], 'There is no target group group.'],
    ['has no load balancer', [{ inUse: false, targetType: 'ip' }], 'does not have an associated load balancer'],
    [
      'has targets of another type',
      [{ inUse: true, targetType: 'instance' }],
      'incompatible with the awsvpc network mode',
    ],
  ])('is refused for a target group that %s', (_, groups, message) => {
    expect(refuse({ loadBalancers: [balancer] }, { groups })).toThrow(message)
  })
})

describe('a deployment configuration', () => {
  const configure =
    (configuration: DeploymentConfiguration, strategy: 'REPLICA' | 'DAEMON' = 'REPLICA') =>
    () =>
      refuseConfiguration(configuration, strategy)

  test.each<[DeploymentConfiguration, string]>([
    [{ minimumHealthyPercent: 100, maximumPercent: 100 }, 'cannot be 100'],
    [{ minimumHealthyPercent: 150, maximumPercent: 120 }, 'must be greater than the minimumHealthyPercent'],
    [{ minimumHealthyPercent: -1 }, 'must be greater than the minimumHealthyPercent'],
    [{ earlySuccessCriteria: { enable: true, healthyPercent: 90 } }, 'healthyPercent must be between'],
    [{ minimumHealthyPercent: 50, earlySuccessCriteria: { enable: true } }, 'healthyPercent must be between'],
  ])('%j is refused', (configuration, message) => expect(configure(configuration)).toThrow(message))

  test('is accepted with the defaults, and within the limits', () => {
    expect(configure({})).not.toThrow()
    expect(
      configure({ minimumHealthyPercent: 50, earlySuccessCriteria: { enable: true, healthyPercent: 50 } }),
    ).not.toThrow()
  })

  test('of a DAEMON service has a minimum of at most 100 %', () => {
    expect(configure({ minimumHealthyPercent: 101 }, 'DAEMON')).toThrow('must be between 0 and 100')
  })
})
