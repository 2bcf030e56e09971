import { awsError } from '../../../../toolkit/aws.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { type Backend, type StackPlace, workspaceOf } from './backend.ts'
import type { Content, StateObjects } from './s3-objects.ts'

/** The objects beside a state in S3. */
export class StateStore {
  readonly bucket: string
  /** Of the state itself, its workspace included. */
  readonly key: string
  readonly #open: () => Promise<StateObjects>
  #objects: Promise<StateObjects> | undefined

  constructor(bucket: string, key: string, open: () => Promise<StateObjects>) {
    this.bucket = bucket
    this.key = key
    this.#open = open
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
      return await (await this.#opened()).get(this.key + suffix)
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined
      throw awsError(error, `read ${this.address(suffix)}`)
    }
  }

  /** Writes over what is there. */
  async write(suffix: string, body: string): Promise<void> {
    await this.#put(suffix, { Body: body })
  }

  /** Writes only where nothing is, decided by S3 itself; `false` when something else is there. */
  create(suffix: string, body: string | Buffer): Promise<boolean> {
    return this.#putIf(suffix, { Body: body, IfNoneMatch: '*' })
  }

  /** Writes only over the object with this ETag; `false` when it is another one by now. */
  replace(suffix: string, body: string | Buffer, etag: string): Promise<boolean> {
    return this.#putIf(suffix, { Body: body, IfMatch: etag })
  }

  async #putIf(suffix: string, content: Content & { readonly Body: string | Buffer }): Promise<boolean> {
    try {
      await this.#put(suffix, content)
      return true
    } catch (error) {
      const cause = error instanceof SlipwayError ? error.cause : error
      if (nameOf(cause) !== 'PreconditionFailed' && nameOf(cause) !== 'ConditionalRequestConflict') throw error
      // The SDK asks again when an answer is lost, and is then refused by what it wrote itself.
      return (await this.read(suffix)) === content.Body.toString()
    }
  }

  /** Removes the object with this ETag, and no other. One that is gone already, or is another one by now, is left at that. */
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

  /** On first use: the SDK takes about as long to load as Terraform to start. */
  #opened(): Promise<StateObjects> {
    this.#objects ??= this.#open()
    return this.#objects
  }
}

/** The store behind an S3 backend; `undefined` for any other backend. */
export function stateStore(backend: Backend, stack: StackPlace, world: World): StateStore | undefined {
  if (backend.type !== 's3') return undefined
  const { bucket, key, workspace_key_prefix } = backend.config
  const workspace = workspaceOf(stack, world.env)
  const prefix = workspace === 'default' ? '' : `${workspace_key_prefix ?? 'env:'}/${workspace}/`
  return new StateStore(String(bucket), `${prefix}${key}`, async () => {
    const { StateObjects } = await import('./s3-objects.ts')
    return new StateObjects(backend, world.env)
  })
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')
