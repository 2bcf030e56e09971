// Refuses deploys that cannot succeed, before anything is changed. Pure: prepare.ts reads what is checked here.

import type { Service } from '@aws-sdk/client-ecs'
import { sdkError } from '../../../../toolkit/aws/aws-error.ts'
import { errorMessage, InputError, SlipwayError } from '../../../../toolkit/errors.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { targetGroupName } from '../aws/short-names.ts'
import type { ServiceChanges } from '../inputs/inputs.ts'
import type { Registration } from '../task-definition/registration.ts'

/** @throws SlipwayError when another tool deploys the service: it has a deployment controller other than ECS, or is an Express service. */
export function refuseForeignController(name: ServiceName, service: Service): void {
  if (service.resourceManagementType === 'ECS') {
    throw new SlipwayError(
      `Service \`${nameOf(name)}\` is an Express service: ECS manages its task definition, which this action does not support.`,
      {
        hint: 'Deploy it with aws-actions/amazon-ecs-deploy-express-service, or with `aws ecs update-express-gateway-service`.',
      },
    )
  }
  const type = service.deploymentController?.type ?? 'ECS'
  if (type === 'ECS') return
  const instead =
    type === 'CODE_DEPLOY'
      ? 'Change the service to the ECS deployment controller, which does blue/green, linear and canary by itself, or go on with aws-actions/amazon-ecs-deploy-task-definition.'
      : 'Its task sets belong to the tool that made them: deploy with that tool.'
  throw new SlipwayError(
    `Service \`${nameOf(name)}\` has the deployment controller ${type}, which this action does not support.`,
    { hint: instead },
  )
}

/** @throws InputError when ECS would refuse a setting, or ignore it. */
export function refuseServiceChanges(name: ServiceName, service: Service, changes: ServiceChanges): void {
  if (service.schedulingStrategy === 'DAEMON' && changes.desiredCount !== undefined) {
    throw new InputError('desired-count', `is set, but service \`${nameOf(name)}\` is a DAEMON.`, {
      hint: 'A daemon runs one task on each container instance. Remove the input.',
    })
  }
  const strategy = service.deploymentConfiguration?.strategy ?? 'ROLLING'
  if (strategy !== 'ROLLING' && changes.circuitBreaker !== undefined) {
    throw new InputError('circuit-breaker', `is set, but service \`${nameOf(name)}\` deploys ${strategy}.`, {
      hint: 'The circuit breaker is for rolling updates only. Use `alarms`, or remove the input.',
    })
  }
}

/** @throws InputError when the task definition lacks the container or the port of a load balancer. */
export function refuseMissingPorts(name: ServiceName, service: Service, registration: Registration): void {
  for (const { containerName, containerPort, targetGroupArn, loadBalancerName } of service.loadBalancers ?? []) {
    const container = registration.containerDefinitions.find((definition) => definition.name === containerName)
    const balancer = targetGroupArn === undefined ? loadBalancerName : targetGroupName(targetGroupArn)
    if (container === undefined) {
      throw new InputError(
        'task-definition',
        `leads to \`${registration.family}\`, which has no container \`${containerName}\`, but service \`${nameOf(name)}\` sends requests to it from \`${balancer}\`.`,
        { hint: `Its containers are ${registration.containerDefinitions.map((c) => `\`${c.name}\``).join(', ')}.` },
      )
    }
    const ports = (container.portMappings ?? []).map((mapping) => mapping.containerPort)
    if (!ports.includes(containerPort)) {
      throw new InputError(
        'task-definition',
        `leads to \`${registration.family}\`, whose container \`${containerName}\` does not map port ${containerPort}, but service \`${nameOf(name)}\` sends requests to it from \`${balancer}\`.`,
        {
          hint: `Add \`{"containerPort": ${containerPort}}\` to its \`portMappings\`. It maps ${ports.join(', ') || 'none'}.`,
        },
      )
    }
  }
}

/** @throws SlipwayError when a container has secrets, but the task definition has no execution role. */
export function refuseMissingExecutionRole(registration: Registration): void {
  if (registration.executionRoleArn) return
  const container = registration.containerDefinitions.find(
    ({ secrets = [], repositoryCredentials }) => secrets.length > 0 || repositoryCredentials !== undefined,
  )
  if (container === undefined) return
  throw new SlipwayError(
    `Task definition \`${registration.family}\` has secrets in its container \`${container.name}\`, but no execution role that may read them.`,
    { hint: 'Set `execution-role-arn`, or `executionRoleArn` in the task definition.' },
  )
}

/** The error for a target group of the service that does not exist; `undefined` if `error` is about something else. */
export function missingTargetGroup(name: ServiceName, error: unknown): SlipwayError | undefined {
  const cause = sdkError(error)
  if (!(cause instanceof Error && cause.name.startsWith('TargetGroupNotFound'))) return undefined
  return new SlipwayError(
    `Service \`${nameOf(name)}\` has a target group that does not exist. ${errorMessage(error)}`,
    {
      hint: 'Its new tasks would never get requests. Create the target group, or correct the load balancers of the service.',
      cause: error,
    },
  )
}
