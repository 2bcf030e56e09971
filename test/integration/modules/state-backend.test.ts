// terraform/modules/state-backend, applied by a real Terraform to the rehearsal cloud, and read back from S3.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { type AttachedProvider, startProvider } from '../../support/terraform-apply/attached-provider.ts'
import { terraformConfig } from '../../support/terraform-apply/terraform-files.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'slipway-state-backend-'))
let cloud: Cloud
let s3: S3Client
let provider: AttachedProvider | undefined

function terraform(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    ...process.env,
    ...cloud.env,
    ...provider?.env,
    TF_CLI_CONFIG_FILE: terraformConfig(),
    TF_IN_AUTOMATION: '1',
  }
  return new Promise((resolve) => {
    execFile('terraform', args, { cwd: folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code) || 1, output: stdout + stderr })
    })
  })
}

async function succeeded(...args: string[]): Promise<void> {
  const { code, output } = await terraform(...args)
  expect(code === 0 ? '' : output).toBe('')
}

beforeAll(async () => {
  cloud = await startCloud()
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = cloud.env
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
  s3 = new S3Client({ endpoint: cloud.url, region: 'us-east-1', forcePathStyle: true, credentials })
  cpSync(join(repository, 'terraform/modules/state-backend'), join(folder, 'state-backend'), { recursive: true })
  writeFileSync(
    join(folder, 'main.tf'),
    `provider "aws" {
       s3_use_path_style = true
     }
     module "state" {
       source = "./state-backend"
       bucket = "acme-states"
     }
     output "bucket" { value = module.state.bucket }`,
  )
})
afterAll(async () => {
  provider?.stop()
  s3.destroy()
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the bucket keeps versions, is encrypted and closed, takes TLS only, and is not destroyed', async () => {
  await succeeded('init', '-input=false', '-no-color')
  provider = await startProvider(folder, cloud.env)
  await succeeded('apply', '-auto-approve', '-input=false', '-no-color')
  const bucket = { Bucket: 'acme-states' }
  expect(await s3.send(new GetBucketVersioningCommand(bucket))).toMatchObject({ Status: 'Enabled' })
  expect(await s3.send(new GetBucketEncryptionCommand(bucket))).toMatchObject({
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  })
  const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand(bucket))
  expect(PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  })
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand(bucket))
  expect(JSON.parse(Policy).Statement).toMatchObject([
    { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  ])
  const destroyed = await terraform('destroy', '-auto-approve', '-input=false', '-no-color')
  expect(destroyed.code).toBe(1)
  expect(destroyed.output).toContain('Instance cannot be destroyed')
})

const readme = readFileSync(join(repository, 'terraform/modules/state-backend/README.md'), 'utf8')
/** The block of the README, with the lines that it says to add for a key. */
const block = /terraform \{\n {2}backend "s3" \{[\s\S]*?\n\}\n/.exec(readme)?.[0] ?? ''
const withKey = /```hcl\n( {4}encrypt[\s\S]*?)```/.exec(readme)?.[1] ?? ''

test.each([
  ['S3', block, { ServerSideEncryption: 'AES256' }],
  [
    'the key that it names',
    block.replace(/ {4}encrypt .*\n/, withKey),
    { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: expect.stringMatching(/^arn:aws:kms:.*:key\//) },
  ],
])('a state of the documented backend is encrypted by %s', async (_, backend, encryption) => {
  const stack = mkdtempSync(join(folder, 'stack-'))
  writeFileSync(join(stack, 'main.tf'), `${backend}\nresource "terraform_data" "one" {}\n`)
  const run = (...args: string[]) => succeeded(`-chdir=${stack}`, ...args, '-input=false', '-no-color')
  const here = ['bucket=acme-stacks', 'use_path_style=true'].map((setting) => `-backend-config=${setting}`)
  await s3.send(new CreateBucketCommand({ Bucket: 'acme-stacks' }))
  await run('init', ...here)
  await run('apply', '-auto-approve')
  const object = { Bucket: 'acme-stacks', Key: 'state/terraform.tfstate' }
  expect(await s3.send(new HeadObjectCommand(object))).toMatchObject(encryption)
  await s3.send(new DeleteObjectCommand(object))
})
