import { awsError, sdkError } from '../../../../toolkit/aws/aws-error.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Backend } from './backend.ts'
import type { Content, S3Objects } from './s3-objects.ts'
import { type WorkspaceOptions, workspaceOf } from './workspace.ts'

/** A state in S3, and the objects beside it, such as its lock. `suffix` is what follows the key of the state. */
export class StateStore {
  readonly bucket: string
  /** The key of the state, with the prefix of its workspace. */
  readonly key: string
  readonly #open: () => Promise<S3Objects>
  #objects: Promise<S3Objects> | undefined

  constructor(bucket: string, key: string, open: () => Promise<S3Objects>) {
    this.bucket = bucket
    this.key = key
    this.#open = open
  }

  /** `s3://bucket/key` and the suffix, for people. */
  address(suffix = ''): string {
    return `s3://${this.bucket}/${this.key}${suffix}`
  }

  /** The text of the object; `undefined` when there is none. */
  async read(suffix = ''): Promise<string | undefined> {
    return (await this.get(suffix))?.text
  }

  /** The text of the object, and its ETag; `undefined` when there is none. */
  async get(suffix = ''): Promise<{ readonly text: string; readonly etag: string } | undefined> {
    try {
      return await (await this.#opened()).get(this.key + suffix)
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined
      throw awsError(error, `read ${this.address(suffix)}`)
    }
  }

  /** Writes the object, and overwrites an existing one. */
  async write(suffix: string, body: string): Promise<void> {
    await this.#put(suffix, { Body: body })
  }

  /** Creates the object (S3 checks the condition). `false` when another one exists. */
  create(suffix: string, body: string | Buffer): Promise<boolean> {
    return this.#putIf(suffix, { Body: body, IfNoneMatch: '*' })
  }

  /** Replaces the object with this ETag. `false` when the object has changed. */
  replace(suffix: string, body: string | Buffer, etag: string): Promise<boolean> {
    return this.#putIf(suffix, { Body: body, IfMatch: etag })
  }

  async #putIf(suffix: string, content: Content & { readonly Body: string | Buffer }): Promise<boolean> {
    try {
      await this.#put(suffix, content)
      return true
    } catch (error) {
      const cause = sdkError(error)
      if (nameOf(cause) !== 'PreconditionFailed' && nameOf(cause) !== 'ConditionalRequestConflict') throw error
      // When a response is lost, the SDK retries, and the retry is refused because of the object that the first request wrote.
      return (await this.read(suffix)) === content.Body.toString()
    }
  }

  /** Deletes the object with this ETag. Does nothing when it is gone or has changed. */
  async removeIf(suffix: string, etag: string): Promise<void> {
    const objects = await this.#opened()
    await objects.delete(this.key + suffix, etag).catch((error) => {
      if (nameOf(error) === 'PreconditionFailed' || nameOf(error) === 'NoSuchKey') return
      throw awsError(error, `delete ${this.address(suffix)}`)
    })
  }

  async #put(suffix: string, content: Content): Promise<void> {
    const objects = await this.#opened()
    await objects.put(this.key + suffix, content).catch((error) => {
      throw awsError(error, `write ${this.address(suffix)}`)
    })
  }

  /** Opens it on first use: the SDK takes about as long to load as Terraform takes to start. */
  #opened(): Promise<S3Objects> {
    this.#objects ??= this.#open()
    return this.#objects
  }
}

/** The state of an S3 backend; `undefined` for any other backend. */
export function stateStore({ env }: World, backend: Backend, options: WorkspaceOptions): StateStore | undefined {
  if (backend.type !== 's3') return undefined
  const { bucket, key, workspace_key_prefix } = backend.config
  const workspace = workspaceOf(options, env)
  const prefix = workspace === 'default' ? '' : `${workspace_key_prefix ?? 'env:'}/${workspace}/`
  return new StateStore(String(bucket), `${prefix}${key}`, async () => {
    const { S3Objects } = await import('./s3-objects.ts')
    return new S3Objects(backend, env)
  })
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')
