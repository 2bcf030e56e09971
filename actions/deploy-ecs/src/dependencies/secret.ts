import {
  DescribeSecretCommand,
  type DescribeSecretResponse,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Dependency } from './collect.ts'
import { FOUND, type Lookup, lookUp, missing } from './lookup.ts'

/** Checks that a secret exists and has the version that tasks get. Never reads its value. */
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
      lookup: missing(`does not exist in ${dependency.region}`, 'Create it, or correct its ARN'),
    },
  })

/** Whether tasks can read the secret at this stage. DescribeSecret returns all stages. */
export function judgeSecret(secret: DescribeSecretResponse, stage: string | undefined): Lookup {
  if (secret.DeletedDate !== undefined) {
    return missing(
      'is scheduled for deletion, so tasks cannot read it',
      `Restore it with \`aws secretsmanager restore-secret --secret-id ${secret.Name}\`, or use another one`,
    )
  }
  const stages = Object.values(secret.VersionIdsToStages ?? {}).flat()
  if (stage === undefined || stages.includes(stage)) return FOUND
  return stage === 'AWSCURRENT'
    ? missing('has no value yet', `Set one with \`aws secretsmanager put-secret-value --secret-id ${secret.Name}\``)
    : missing(`has no version \`${stage}\``, `It has ${stages.map((one) => `\`${one}\``).join(', ') || 'none'}`)
}
