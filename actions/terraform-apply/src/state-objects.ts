import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3'
import { awsConfig } from '../../../toolkit/aws.ts'
import type { Environment } from '../../../toolkit/runtime.ts'
import type { Backend } from './backend.ts'

type Config = Backend['config']
type Encryption = Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>

/** What is written, and on which condition. */
export type Content = Pick<PutObjectCommandInput, 'Body' | 'IfNoneMatch' | 'IfMatch'>

/** The objects of the bucket that a state is in, with the backend's own settings. Errors are the SDK's. */
export class StateObjects {
  readonly #s3: S3Client
  readonly #bucket: string
  readonly #encryption: Encryption

  constructor({ config }: Backend, env: Environment) {
    this.#s3 = s3Client(config, env)
    this.#bucket = String(config['bucket'])
    this.#encryption = encryptionOf(config)
  }

  /** The object, and its ETag, which changes whenever it does. */
  async get(key: string): Promise<{ readonly text: string; readonly etag: string }> {
    const { Body, ETag = '' } = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
    return { text: (await Body?.transformToString()) ?? '', etag: ETag }
  }

  async put(key: string, content: Content): Promise<void> {
    const place = { Bucket: this.#bucket, Key: key, ContentType: 'application/json' }
    await this.#s3.send(new PutObjectCommand({ ...place, ...this.#encryption, ...content }))
  }

  async delete(key: string): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }))
  }
}

function encryptionOf({ encrypt, kms_key_id }: Config): Encryption {
  if (encrypt !== true) return {}
  return typeof kms_key_id === 'string'
    ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kms_key_id }
    : { ServerSideEncryption: 'AES256' }
}

function s3Client(config: Config, env: Environment): S3Client {
  const aws = awsConfig(env, text(config['region']))
  const endpoint = text((config['endpoints'] as Record<string, unknown> | null)?.['s3']) ?? text(config['endpoint'])
  const profile = text(config['profile'])
  const credentials = credentialsOf(config, aws)
  return new S3Client({
    ...aws,
    forcePathStyle: config['use_path_style'] === true || config['force_path_style'] === true,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
  })
}

/** What the backend block says of credentials; `undefined` leaves the choice to the SDK, as Terraform does. */
function credentialsOf(config: Config, aws: ReturnType<typeof awsConfig>) {
  const accessKeyId = text(config['access_key'])
  const secretAccessKey = text(config['secret_key'])
  const sessionToken = text(config['token'])
  const fixed =
    accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  const role = [config['assume_role']].flat()[0] as Record<string, unknown> | null | undefined
  const roleArn = text(role?.['role_arn'])
  if (roleArn === undefined) return fixed
  return async () => {
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts')
    const sts = new STSClient({ ...aws, ...(fixed === undefined ? {} : { credentials: fixed }) })
    const externalId = text(role?.['external_id'])
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: text(role?.['session_name']) ?? 'slipway',
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      }),
    )
    return {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
      ...(given?.Expiration === undefined ? {} : { expiration: given.Expiration }),
    }
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
