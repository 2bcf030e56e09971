import {
  DescribeSecretCommand,
  type DescribeSecretResponse,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Dependency } from './collect.ts'
import { FOUND, type Lookup, lookUp, missing } from './lookup.ts'

/** Whether a secret is there, and has the version that tasks are given. Its value is never asked for. */
export const lookUpSecret = (aws: AwsCalls, dependency: Dependency & { readonly kind: 'secret' }): Promise<Lookup> =>
  lookUp(aws, {
    permission: 'secretsmanager:DescribeSecret',
    what: `secret \`${dependency.name}\``,
    ask: (options) =>
      aws.clients
        .of(SecretsManagerClient, dependency.region)
        .send(new DescribeSecretCommand({ SecretId: dependency.name }), options),
    judge: (secret) => judgeSecret(secret, dependency.stage),
    absent: {
      error: 'ResourceNotFoundException',
      lookup: missing(`does not exist in ${dependency.region}`, 'Make it, or correct its ARN'),
    },
  })

/** Stages are told for all versions that have one: a stage that is not among them is on none. */
export function judgeSecret(secret: DescribeSecretResponse, stage: string | undefined): Lookup {
  if (secret.DeletedDate !== undefined) {
    return missing(
      'is scheduled for deletion, and cannot be read any more',
      `Take it back with \`aws secretsmanager restore-secret --secret-id ${secret.Name}\`, or use another one`,
    )
  }
  const stages = Object.values(secret.VersionIdsToStages ?? {}).flat()
  if (stage === undefined || stages.includes(stage)) return FOUND
  return stage === 'AWSCURRENT'
    ? missing('has no value yet', `Give it one with \`aws secretsmanager put-secret-value --secret-id ${secret.Name}\``)
    : missing(`has no version \`${stage}\``, `It has ${stages.map((one) => `\`${one}\``).join(', ') || 'none'}`)
}
