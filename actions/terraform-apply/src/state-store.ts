import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { awsConfig, awsError } from '../../../toolkit/aws.ts'
import { SlipwayError } from '../../../toolkit/errors.ts'
import type { Environment, World } from '../../../toolkit/runtime.ts'
import { type Backend, dataDirectory } from './backend.ts'
import type { StackInputs } from './inputs.ts'

type Condition = Pick<PutObjectCommandInput, 'Body' | 'IfNoneMatch' | 'IfMatch'>

/** The objects beside a state in S3, read and written with the backend's own settings. */
export class StateStore {
  readonly bucket: string
  /** Of the state itself, its workspace included. */
  readonly key: string
  readonly #s3: S3Client
  readonly #encryption: Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>

  constructor(s3: S3Client, bucket: string, key: string, encryption: StateStore['encryption'] = {}) {
    this.#s3 = s3
    this.bucket = bucket
    this.key = key
    this.#encryption = encryption
  }

  get encryption(): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
    return this.#encryption
  }

  /** `s3://bucket/key` and a suffix, for people. */
  address(suffix = ''): string {
    return `s3://${this.bucket}/${this.key}${suffix}`
  }

  /** The text of the object with this suffix; `undefined` when there is none. */
  async read(suffix = ''): Promise<string | undefined> {
    return (await this.look(suffix))?.text
  }

  /** The object with this suffix, and its ETag, which changes whenever it does. */
  async look(suffix = ''): Promise<{ readonly text: string; readonly etag: string } | undefined> {
    try {
      const place = { Bucket: this.bucket, Key: this.key + suffix }
      const { Body, ETag = '' } = await this.#s3.send(new GetObjectCommand(place))
      return { text: (await Body?.transformToString()) ?? '', etag: ETag }
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined
      throw awsError(error, `read ${this.address(suffix)}`)
    }
  }

  /** Writes over what is there. */
  async write(suffix: string, body: string): Promise<void> {
    await this.#put(suffix, { Body: body })
  }

  /** Writes only where nothing is, decided by S3 itself; `false` when something is there. */
  create(suffix: string, body: string | Uint8Array): Promise<boolean> {
    return this.#putIf(suffix, { Body: body, IfNoneMatch: '*' })
  }

  /** Writes only over the object with this ETag; `false` when it is another one by now. */
  replace(suffix: string, body: string | Uint8Array, etag: string): Promise<boolean> {
    return this.#putIf(suffix, { Body: body, IfMatch: etag })
  }

  async #putIf(suffix: string, input: Condition): Promise<boolean> {
    try {
      await this.#put(suffix, input)
      return true
    } catch (error) {
      const cause = error instanceof SlipwayError ? error.cause : error
      if (nameOf(cause) === 'PreconditionFailed' || nameOf(cause) === 'ConditionalRequestConflict') return false
      throw error
    }
  }

  async remove(suffix: string): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: this.key + suffix })).catch((error) => {
      throw awsError(error, `delete ${this.address(suffix)}`)
    })
  }

  async #put(suffix: string, input: Condition): Promise<void> {
    const place = { Bucket: this.bucket, Key: this.key + suffix, ContentType: 'application/json' }
    await this.#s3.send(new PutObjectCommand({ ...place, ...this.#encryption, ...input })).catch((error) => {
      throw awsError(error, `write ${this.address(suffix)}`)
    })
  }
}

type StackPlace = Pick<StackInputs, 'directory' | 'workspace'>

/** The store behind an S3 backend; `undefined` for any other backend. */
export function stateStore(backend: Backend, stack: StackPlace, world: World): StateStore | undefined {
  if (backend.type !== 's3') return undefined
  const { bucket, key, workspace_key_prefix, encrypt, kms_key_id } = backend.config
  const workspace = workspaceOf(stack, world.env)
  const prefix = workspace === 'default' ? '' : `${workspace_key_prefix ?? 'env:'}/${workspace}/`
  const encryption =
    encrypt !== true
      ? {}
      : typeof kms_key_id === 'string'
        ? ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kms_key_id } as const)
        : ({ ServerSideEncryption: 'AES256' } as const)
  return new StateStore(s3Client(backend, world.env), String(bucket), `${prefix}${key}`, encryption)
}

/** The workspace that Terraform takes, in its own order. */
function workspaceOf(stack: StackPlace, env: Environment): string {
  const chosen = join(stack.directory, dataDirectory(env), 'environment')
  const selected = existsSync(chosen) ? readFileSync(chosen, 'utf8').trim() : ''
  return stack.workspace ?? (env['TF_WORKSPACE'] || selected || 'default')
}

function s3Client({ config }: Backend, env: Environment): S3Client {
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
function credentialsOf(config: Backend['config'], aws: ReturnType<typeof awsConfig>) {
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

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')
