import type { Deployment, PortMapping, Service } from '@aws-sdk/client-ecs'
import { refuseMissingNamedPorts } from '../../../../actions/deploy-ecs/src/prepare/network.ts'
import { describeError } from '../../../../toolkit/errors.ts'

const check = (service: Service, portMappings: PortMapping[]) => {
  try {
    refuseMissingNamedPorts({ cluster: 'prod', service: 'web' }, service, {
      family: 'web',
      containerDefinitions: [{ name: 'app', portMappings }, { name: 'sidecar' }],
    })
  } catch (error) {
    return describeError(error)
  }
  return 'accepted'
}
const primary = (deployment: Deployment): Service => ({ deployments: [{ status: 'PRIMARY', ...deployment }] })
const connect = (enabled = true) =>
  primary({ serviceConnectConfiguration: { enabled, services: [{ portName: 'http' }] } })
const lattice = primary({
  vpcLatticeConfigurations: [
    { portName: 'http', roleArn: 'arn', targetGroupArn: 'arn:aws:vpc-lattice:eu-west-1:1:targetgroup/tg-1' },
  ],
})
const registry = (containerName: string, containerPort?: number): Service => ({
  serviceRegistries: [{ registryArn: 'arn', containerName, ...(containerPort === undefined ? {} : { containerPort }) }],
})

test.each([
  [
    'Service Connect',
    connect(),
    [{ containerPort: 80, name: 'admin' }],
    'Input `task-definition` leads to `web`, which has no port with the name `http`, but service `prod/web` uses it for Service Connect.\n' +
      'Next: Add `"name": "http"` to one of its `portMappings`. It has `admin`.',
  ],
  [
    'VPC Lattice',
    lattice,
    [{ containerPort: 80 }],
    'Input `task-definition` leads to `web`, which has no port with the name `http`, but service `prod/web` uses it for the VPC Lattice target group `tg-1`.\n' +
      'Next: Add `"name": "http"` to one of its `portMappings`. It has no named ports.',
  ],
  [
    'service discovery',
    registry('app', 8080),
    [{ containerPort: 80 }],
    'Input `task-definition` leads to `web`, which has no container `app` with port 8080, but service `prod/web` registers it for service discovery.\n' +
      "Next: Add the port to its `portMappings`, or change the service's `serviceRegistries` in Terraform.",
  ],
  [
    'service discovery, where the service names a container alone',
    registry('web'),
    [{ containerPort: 80 }],
    'Input `task-definition` leads to `web`, which has no container `web`, but service `prod/web` registers it for service discovery.\n' +
      "Next: Add the container, or change the service's `serviceRegistries` in Terraform.",
  ],
])('refuses a task definition without the port of %s', (_, service, ports, message) => {
  expect(check(service, ports)).toBe(message)
})

test.each<[string, Service, PortMapping[]]>([
  ['a named port', connect(), [{ containerPort: 80, name: 'http' }]],
  ['Service Connect that is off', connect(false), []],
  ['Service Connect of clients only', primary({ serviceConnectConfiguration: { enabled: true } }), []],
  ['a named port of VPC Lattice', lattice, [{ containerPort: 80, name: 'http' }]],
  ['a registry of addresses alone', { serviceRegistries: [{ registryArn: 'arn' }] }, []],
  ['a registered port', registry('app', 80), [{ containerPort: 80 }]],
  ['a service without any of these', {}, []],
])('accepts %s', (_, service, ports) => {
  expect(check(service, ports)).toBe('accepted')
})
