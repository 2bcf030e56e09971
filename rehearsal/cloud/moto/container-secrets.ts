import { parseArn } from '../kernel/arn.ts'
import type { SecretSource } from '../runtimes/docker/logs-and-secrets.ts'
import { askJson } from './calls.ts'
import type { Moto } from './moto.ts'

/** Secrets Manager and Systems Manager, as a container's `secrets` name them. */
export function containerSecrets(moto: Moto): SecretSource {
  return {
    async valueOf(scope, valueFrom) {
      if (parseArn(valueFrom)?.service !== 'secretsmanager') return parameter(valueFrom)
      // After the secret's own ARN: JSON key, version stage and version id, each of which may be empty.
      const secret = /^((?:[^:]*:){6}[^:]+)(?::([^:]*):([^:]*):([^:]*))?$/.exec(valueFrom)
      if (secret === null) return parameter(valueFrom)
      const [, SecretId, jsonKey, VersionStage, VersionId] = secret
      const { SecretString } = await askJson(moto, scope, 'secretsmanager.GetSecretValue', {
        SecretId,
        ...(VersionStage ? { VersionStage } : {}),
        ...(VersionId ? { VersionId } : {}),
      })
      return jsonKey ? member(String(SecretString), jsonKey) : String(SecretString)

      async function parameter(nameOrArn: string): Promise<string> {
        const arn = parseArn(nameOrArn)
        const Name = arn?.service === 'ssm' ? arn.resource.replace(/^parameter(?=\/)/, '') : nameOrArn
        const answer = await askJson(moto, scope, 'AmazonSSM.GetParameter', { Name, WithDecryption: true })
        return (answer['Parameter'] as { Value: string }).Value
      }
    },
  }
}

function member(secret: string, key: string): string {
  const value = (JSON.parse(secret) as Record<string, unknown>)[key]
  if (value === undefined) throw new Error(`retrieved secret from Secrets Manager did not contain json key ${key}`)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
