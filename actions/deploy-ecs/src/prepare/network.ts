// Refuses a task definition without the ports that the service's network refers to by name. ECS refuses UpdateService with it,
// after the revision is registered and the task before the deploy has run. Pure.
import type { Service } from '@aws-sdk/client-ecs'
import { resourceName } from '../../../../toolkit/aws/arn.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import type { Registration } from '../task-definition/registration.ts'

/** @throws InputError when a port of Service Connect, VPC Lattice or service discovery is not in the task definition. */
export function refuseMissingNamedPorts(name: ServiceName, service: Service, registration: Registration): void {
  const primary = service.deployments?.find(({ status }) => status === 'PRIMARY')
  const { serviceConnectConfiguration: connect, vpcLatticeConfigurations: lattice = [] } = primary ?? {}
  const wanted = [
    ...(connect?.enabled === true ? (connect.services ?? []) : []).map(({ portName }) => ({
      portName,
      by: 'Service Connect',
    })),
    ...lattice.map(({ portName, targetGroupArn = '' }) => ({
      portName,
      by: `the VPC Lattice target group \`${resourceName(targetGroupArn)}\``,
    })),
  ]
  const mappings = registration.containerDefinitions.flatMap(({ portMappings = [] }) => portMappings)
  const names = mappings.flatMap((mapping) => mapping.name ?? [])
  for (const { portName = '', by } of wanted) {
    if (names.includes(portName)) continue
    throw new InputError(
      'task-definition',
      `leads to \`${registration.family}\`, which has no port with the name \`${portName}\`, but service \`${nameOf(name)}\` uses it for ${by}.`,
      {
        hint: `Add \`"name": "${portName}"\` to one of its \`portMappings\`. It has ${names.map((one) => `\`${one}\``).join(', ') || 'no named ports'}.`,
      },
    )
  }
  refuseMissingRegistryPorts(name, service, registration)
}

function refuseMissingRegistryPorts(name: ServiceName, service: Service, registration: Registration): void {
  for (const { containerName, containerPort } of service.serviceRegistries ?? []) {
    if (containerName === undefined) continue
    const container = registration.containerDefinitions.find((one) => one.name === containerName)
    const ports = (container?.portMappings ?? []).map((mapping) => mapping.containerPort)
    if (container !== undefined && (containerPort === undefined || ports.includes(containerPort))) continue
    const port = containerPort === undefined ? '' : ` with port ${containerPort}`
    const add = port === '' ? 'Add the container' : 'Add the port to its `portMappings`'
    throw new InputError(
      'task-definition',
      `leads to \`${registration.family}\`, which has no container \`${containerName}\`${port}, but service \`${nameOf(name)}\` registers it for service discovery.`,
      { hint: `${add}, or change the service's \`serviceRegistries\` in Terraform.` },
    )
  }
}
