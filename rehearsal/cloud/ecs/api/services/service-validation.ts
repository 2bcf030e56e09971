import type { DeploymentConfiguration, LoadBalancer } from '@aws-sdk/client-ecs'
import type { Scope } from '../../../kernel/call.ts'
import type { Ecs } from '../../context.ts'
import type { Service, ServiceSpec, TaskDefinition } from '../../model.ts'
import { invalid } from '../errors.ts'
import { runsOnFargate } from '../task-definitions.ts'
import { refuseStrategy } from './deployment-strategy.ts'

/** Throws AWS's errors for an invalid service. */
export function refuseSpec(ecs: Ecs, scope: Scope, spec: ServiceSpec, strategy: Service['schedulingStrategy']): void {
  const { taskDefinition, launchType, networkConfiguration } = spec
  if (launchType === 'FARGATE' && !runsOnFargate(taskDefinition)) {
    throw invalid('Task definition does not support launch_type FARGATE.')
  }
  if (strategy === 'DAEMON' && launchType === 'FARGATE') {
    throw invalid('The DAEMON scheduling strategy is not supported with the FARGATE launch type.')
  }
  refuseNetwork(taskDefinition, networkConfiguration !== undefined)
  refuseUnnamedPorts(spec)
  if (spec.loadBalancers.length > 5) throw invalid('load balancers can have at most 5 items.')
  for (const loadBalancer of spec.loadBalancers) refuseLoadBalancer(ecs, scope, loadBalancer, taskDefinition)
}

/** Service Connect and VPC Lattice refer to ports by name. */
function refuseUnnamedPorts({
  taskDefinition,
  serviceConnectConfiguration,
  vpcLatticeConfigurations = [],
}: ServiceSpec) {
  const connected = serviceConnectConfiguration?.enabled ? (serviceConnectConfiguration.services ?? []) : []
  const named = taskDefinition.containers.flatMap(({ portMappings = [] }) => portMappings.map(({ name }) => name))
  for (const { portName } of [...connected, ...vpcLatticeConfigurations]) {
    if (named.includes(portName)) continue
    throw invalid(`portName(${portName}) does not refer to any named PortMapping in the container definitions.`)
  }
}

export function refuseNetwork({ body }: TaskDefinition, given: boolean): void {
  if (body.networkMode === 'awsvpc' && !given) {
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
  }
  if (body.networkMode !== 'awsvpc' && given) {
    throw invalid('Network Configuration is not valid for the given networkMode of this task definition.')
  }
}

function refuseLoadBalancer(ecs: Ecs, scope: Scope, loadBalancer: LoadBalancer, definition: TaskDefinition): void {
  const { targetGroupArn, loadBalancerName, containerName, containerPort } = loadBalancer
  const container = definition.containers.find(({ name }) => name === containerName)
  if (container === undefined) throw invalid(`The container ${containerName} does not exist in the task definition.`)
  if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
    throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`)
  }
  if (targetGroupArn === undefined) {
    if (loadBalancerName === undefined) throw invalid('Target group ARN or load balancer name must be specified.')
    return
  }
  const group = ecs.targetGroups.find(scope, targetGroupArn)
  if (group === undefined) {
    throw invalid(
      'Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role ' +
        `being passed has the proper permissions. (There is no target group ${targetGroupArn}.)`,
    )
  }
  if (!group.inUse) {
    throw invalid(`The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`)
  }
  const wanted = definition.body.networkMode === 'awsvpc' ? 'ip' : 'instance'
  if (group.targetType !== wanted) {
    throw invalid(
      `The provided target group ${targetGroupArn} has target type ${group.targetType}, which is incompatible with ` +
        `the ${definition.body.networkMode ?? 'bridge'} network mode specified in the task definition.`,
    )
  }
}

/** Throws for a deployment configuration that is invalid or not simulated. */
export function refuseConfiguration(
  configuration: DeploymentConfiguration,
  strategy: Service['schedulingStrategy'],
): void {
  const { minimumHealthyPercent: least = 100, maximumPercent: most = 200, earlySuccessCriteria: early } = configuration
  if (least === 100 && most === 100) {
    throw invalid('Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.')
  }
  if (least < 0 || most < 0 || least > most) {
    throw invalid('The maximumPercent value must be greater than the minimumHealthyPercent value.')
  }
  if (strategy === 'DAEMON' && least > 100) throw invalid('minimumHealthyPercent must be between 0 and 100.')
  refuseStrategy(configuration, strategy)
  if (early?.enable) {
    const { healthyPercent = -1 } = early
    if (healthyPercent < least || healthyPercent > 100) {
      throw invalid('healthyPercent must be between minimumHealthyPercent and 100.')
    }
  }
}
