// A root module with its state in a rehearsal cloud, and the action that runs on it.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { type Cloud, type CloudOptions, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { type Step, type StepOptions, type StepResult, startStep } from '../run-action.ts'
import { type AttachedProvider, startProvider } from './attached-provider.ts'
import { awsProviderLock, s3Backend, terraformConfig, writeTree } from './terraform-files.ts'

export const BUCKET = 'terraform-state'

/** A cloud with a bucket for states. */
export class StateStore {
  readonly cloud: Cloud
  readonly s3: S3Client

  constructor(cloud: Cloud, s3: S3Client) {
    this.cloud = cloud
    this.s3 = s3
  }

  static async start(options: CloudOptions = {}): Promise<StateStore> {
    const cloud = await startCloud(options)
    const s3 = new S3Client({
      endpoint: cloud.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: {
        accessKeyId: cloud.env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: cloud.env['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    })
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
    return new StateStore(cloud, s3)
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }))
    return Contents.map(({ Key = '' }) => Key)
  }

  async text(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
    return (await Body?.transformToString()) ?? ''
  }

  async put(key: string, body: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }))
  }

  async close(): Promise<void> {
    this.s3.destroy()
    await this.cloud.close()
  }
}

/** A stack in a workspace folder of its own: `infra/` in a repository. */
export class Stack {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-stack-'))
  readonly directory = join(this.folder, 'infra')
  readonly key: string
  readonly #store: StateStore
  readonly #entry: string
  readonly #locked: boolean
  #provider: AttachedProvider | undefined

  constructor(store: StateStore, entry: string, name: string, files: Readonly<Record<string, string>>) {
    this.#store = store
    this.#entry = entry
    this.key = `${name}/terraform.tfstate`
    this.#locked = Object.values(files).some((text) => text.includes('provider "aws"'))
    this.write({ 'backend.tf': s3Backend(BUCKET, this.key), ...(this.#locked ? awsProviderLock() : {}), ...files })
  }

  write(files: Readonly<Record<string, string>>): void {
    writeTree(this.directory, files)
  }

  start(inputs: Readonly<Record<string, string>>, options: Omit<StepOptions, 'inputs'> = {}): Step {
    return startStep(this.#entry, {
      ...options,
      inputs: { 'working-directory': 'infra', ...inputs },
      env: { ...this.env, ...options.env },
    })
  }

  run(inputs: Readonly<Record<string, string>>, options: Omit<StepOptions, 'inputs'> = {}): Promise<StepResult> {
    return this.start(inputs, options).ended
  }

  get env(): Readonly<Record<string, string>> {
    return {
      ...this.#store.cloud.env,
      TF_CLI_CONFIG_FILE: terraformConfig(),
      GITHUB_WORKSPACE: this.folder,
      RUNNER_TEMP: this.folder,
      ...(this.#locked ? { TF_CLI_ARGS_init: '-lockfile=readonly' } : {}),
      ...this.#provider?.env,
    }
  }

  /** Lets the next runs share one process of the AWS provider that an earlier run has installed. */
  async attachProvider(): Promise<void> {
    this.#provider = await startProvider(this.directory, this.env)
  }

  /** Puts a shell script in place of Terraform, and returns the environment for it; the real one is $REAL_TERRAFORM. */
  inPlaceOfTerraform(script: string): Readonly<Record<string, string>> {
    const bin = join(this.folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'terraform'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, 'terraform'), 0o755)
    return { PATH: `${bin}${delimiter}${process.env['PATH']}`, REAL_TERRAFORM: realTerraform() }
  }

  /** The remote state. */
  async state(): Promise<{ serial: number; lineage: string; resources: { name: string; instances: unknown[] }[] }> {
    return JSON.parse(await this.#store.text(this.key))
  }

  remove(): void {
    this.#provider?.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The program behind `terraform` on the PATH. */
export function realTerraform(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.map((folder) => join(folder, 'terraform')).find(existsSync)
  if (found === undefined) throw new Error('terraform is not on the PATH.')
  return found
}

/** Polls until the condition holds. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await delay(20)
}

/** Runs a task with one stack in a cloud of its own, whose requests `intercept` can disturb; removes both afterwards. */
export async function withStack(
  { entry, name, files, intercept }: Pick<CloudOptions, 'intercept'> & StackOptions,
  task: (stack: Stack, store: StateStore) => Promise<void>,
): Promise<void> {
  const store = await StateStore.start(intercept === undefined ? {} : { intercept })
  const stack = new Stack(store, entry, name, files)
  try {
    await task(stack, store)
  } finally {
    stack.remove()
    await store.close()
  }
}

interface StackOptions {
  /** The action under test. */
  readonly entry: string
  readonly name: string
  readonly files: Readonly<Record<string, string>>
}

/** A cloud for the tests of one file, and their stacks. */
export interface Stacks {
  /** Set while the tests run. */
  readonly store: StateStore
  readonly stack: (name: string, files: Readonly<Record<string, string>>) => Stack
}

/** Starts a cloud before the tests of a file, and removes it with every stack afterwards. `entry` is the action under test. */
export function useStacks(entry: string): Stacks {
  let store: StateStore | undefined
  const made: Stack[] = []
  const started = () => {
    if (store === undefined) throw new Error('The cloud starts with the first test, and not before.')
    return store
  }
  beforeAll(async () => {
    store = await StateStore.start()
  })
  afterAll(async () => {
    for (const stack of made) stack.remove()
    await store?.close()
  })
  return {
    get store() {
      return started()
    },
    stack(name, files) {
      const stack = new Stack(started(), entry, name, files)
      made.push(stack)
      return stack
    },
  }
}
