import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'
import { parseArn } from '../../kernel/arn.ts'
import { isInEcr } from '../../kernel/image-reference.ts'

/** The attributes that a container instance needs to run this, as AWS derives them; the most common ones only. */
export function requiredAttributes(body: RegisterTaskDefinitionRequest): readonly string[] {
  const { containerDefinitions: containers = [] } = body
  const any = (test: (container: (typeof containers)[number]) => boolean) => containers.some(test)
  const needed: readonly (readonly [boolean, string])[] = [
    [true, 'com.amazonaws.ecs.capability.docker-remote-api.1.18'],
    [any(({ image = '' }) => isInEcr(image)), 'com.amazonaws.ecs.capability.ecr-auth'],
    [
      any(({ logConfiguration }) => logConfiguration?.logDriver === 'awslogs'),
      'com.amazonaws.ecs.capability.logging-driver.awslogs',
    ],
    [
      any(({ memoryReservation }) => memoryReservation !== undefined),
      'com.amazonaws.ecs.capability.docker-remote-api.1.21',
    ],
    [any(({ healthCheck }) => healthCheck !== undefined), 'ecs.capability.container-health-check'],
    [any(({ dependsOn }) => dependsOn !== undefined), 'ecs.capability.container-ordering'],
    [
      any(({ secrets = [] }) => secrets.some(({ valueFrom = '' }) => isSecret(valueFrom))),
      'ecs.capability.secrets.asm.environment-variables',
    ],
    [
      any(({ secrets = [] }) => secrets.some(({ valueFrom = '' }) => !isSecret(valueFrom))),
      'ecs.capability.secrets.ssm.environment-variables',
    ],
    [body.executionRoleArn !== undefined, 'ecs.capability.execution-role-ecr-pull'],
    [body.networkMode === 'awsvpc', 'ecs.capability.task-eni'],
    [body.taskRoleArn !== undefined, 'com.amazonaws.ecs.capability.task-iam-role'],
  ]
  return needed.filter(([is]) => is).map(([, name]) => name)
}

const isSecret = (valueFrom: string) => parseArn(valueFrom)?.service === 'secretsmanager'
