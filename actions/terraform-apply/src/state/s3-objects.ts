import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3'
import { awsConfig } from '../../../../toolkit/aws/aws-config.ts'
import { defined } from '../../../../toolkit/objects.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Backend } from './backend.ts'
import { text, withCredentials } from './s3-credentials.ts'
import { endpointsOf, withNetwork } from './s3-network.ts'

type Config = Backend['config']
type Encryption = Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>

/** A body to write, and its condition. */
export type Content = Pick<PutObjectCommandInput, 'Body' | 'IfNoneMatch' | 'IfMatch'>

/** Reads and writes objects in the bucket of a state, with the backend's settings. Throws the SDK's errors. */
export class S3Objects {
  readonly #s3: S3Client
  readonly #bucket: string
  readonly #encryption: Encryption

  constructor({ config }: Backend, env: Environment) {
    this.#s3 = s3Client(config, env)
    this.#bucket = String(config['bucket'])
    this.#encryption = encryptionOf(config)
  }

  /** The object, and its ETag, which changes with its content. */
  async get(key: string): Promise<{ readonly text: string; readonly etag: string }> {
    const { Body, ETag = '' } = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
    return { text: (await Body?.transformToString()) ?? '', etag: ETag }
  }

  async put(key: string, content: Content): Promise<void> {
    const object = { Bucket: this.#bucket, Key: key, ContentType: 'application/json' }
    await this.#s3.send(new PutObjectCommand({ ...object, ...this.#encryption, ...content }))
  }

  /** Deletes the object if it still has this ETag. S3-compatible stores that do not support the condition delete it anyway. */
  async delete(key: string, etag: string): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key, IfMatch: etag }))
  }
}

/** A state is one object, which is read and written as a whole. */
const STATE_LIMITS = { bytes: 512 * 1024 * 1024, ms: 15 * 60_000 }

function encryptionOf({ encrypt, kms_key_id }: Config): Encryption {
  if (encrypt !== true) return {}
  return typeof kms_key_id === 'string'
    ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kms_key_id }
    : { ServerSideEncryption: 'AES256' }
}

function s3Client(config: Config, env: Environment): S3Client {
  const options = { ...STATE_LIMITS, insecure: config['insecure'] === true }
  const aws = { ...awsConfig(withNetwork(env, config), text(config['region']), options), ...endpointsOf(config) }
  const endpoint = text((config['endpoints'] as Record<string, unknown> | null)?.['s3']) ?? text(config['endpoint'])
  return new S3Client({
    ...withCredentials(aws, config),
    ...defined({ endpoint }),
    forcePathStyle: config['use_path_style'] === true || config['force_path_style'] === true,
  })
}
