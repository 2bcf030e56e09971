// terraform/modules/state-backend, applied by a real Terraform to the rehearsal cloud, and read back from S3.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { ModuleStack } from '../../support/modules/module-stack.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
let stack: ModuleStack
let s3: S3Client

beforeAll(async () => {
  stack = await ModuleStack.start('state-backend')
  const { cloud } = stack
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = cloud.env
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
  s3 = new S3Client({ endpoint: cloud.url, region: 'us-east-1', forcePathStyle: true, credentials })
  stack.write(
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
  s3.destroy()
  await stack.close()
})

test('the bucket keeps versions, is encrypted and closed, takes TLS only, and is not destroyed', async () => {
  await stack.init()
  await stack.apply()
  await stack.succeeded('plan', '-input=false', '-detailed-exitcode')
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
  const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand(bucket))
  expect(Rules).toEqual([
    {
      ID: 'old-locks',
      Status: 'Enabled',
      Filter: { ObjectSizeLessThan: 1024 },
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
    },
    {
      ID: 'delete-markers',
      Status: 'Enabled',
      Filter: { Prefix: '' },
      Expiration: { ExpiredObjectDeleteMarker: true },
    },
  ])
  const destroyed = await stack.terraform('destroy', '-auto-approve', '-input=false')
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
  const folder = mkdtempSync(join(stack.folder, 'stack-'))
  writeFileSync(join(folder, 'main.tf'), `${backend}\nresource "terraform_data" "one" {}\n`)
  const run = (...args: string[]) => stack.succeeded(`-chdir=${folder}`, ...args, '-input=false')
  const here = ['bucket=acme-stacks', 'use_path_style=true'].map((setting) => `-backend-config=${setting}`)
  await s3.send(new CreateBucketCommand({ Bucket: 'acme-stacks' }))
  await run('init', ...here)
  await run('apply', '-auto-approve')
  const object = { Bucket: 'acme-stacks', Key: 'state/terraform.tfstate' }
  expect(await s3.send(new HeadObjectCommand(object))).toMatchObject(encryption)
  await s3.send(new DeleteObjectCommand(object))
})
