import {
  DescribeSecretCommand,
  type DescribeSecretResponse,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Thing } from './collect.ts'
import { type Finding, lookFor, THERE, wrong } from './lookup.ts'

/** Whether a secret is there, and has the version that tasks are given. Its value is never asked for. */
export const lookForSecret = (aws: AwsCalls, thing: Thing & { readonly kind: 'secret' }): Promise<Finding> =>
  lookFor(aws, {
    permission: 'secretsmanager:DescribeSecret',
    what: `secret \`${thing.name}\``,
    ask: (options) =>
      aws.clients
        .of(SecretsManagerClient, thing.region)
        .send(new DescribeSecretCommand({ SecretId: thing.name }), options),
    judge: (secret) => judgeSecret(secret, thing.stage),
    absent: {
      error: 'ResourceNotFoundException',
      finding: wrong(`does not exist in ${thing.region}`, 'Make it, or correct its ARN'),
    },
  })

/** Stages are told for all versions that have one: a stage that is not among them is on none. */
export function judgeSecret(secret: DescribeSecretResponse, stage: string | undefined): Finding {
  if (secret.DeletedDate !== undefined) {
    return wrong(
      'is scheduled for deletion, and cannot be read any more',
      `Take it back with \`aws secretsmanager restore-secret --secret-id ${secret.Name}\`, or use another one`,
    )
  }
  const stages = Object.values(secret.VersionIdsToStages ?? {}).flat()
  if (stage === undefined || stages.includes(stage)) return THERE
  return stage === 'AWSCURRENT'
    ? wrong('has no value yet', `Give it one with \`aws secretsmanager put-secret-value --secret-id ${secret.Name}\``)
    : wrong(`has no version \`${stage}\``, `It has ${stages.map((one) => `\`${one}\``).join(', ') || 'none'}`)
}
