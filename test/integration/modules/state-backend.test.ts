// terraform/modules/state-backend, applied by a real Terraform to the rehearsal cloud, and read back with the AWS CLI.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { type AttachedProvider, startProvider } from '../../support/terraform-apply/attached-provider.ts'
import { terraformConfig } from '../../support/terraform-apply/terraform-files.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'slipway-state-backend-'))
let cloud: Cloud
let provider: AttachedProvider | undefined

function run(command: string, ...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    ...process.env,
    ...cloud.env,
    ...provider?.env,
    TF_CLI_CONFIG_FILE: terraformConfig(),
    TF_IN_AUTOMATION: '1',
    AWS_PAGER: '',
  }
  return new Promise((resolve) => {
    execFile(command, args, { cwd: folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code) || 1, output: stdout + stderr })
    })
  })
}

async function succeeded(...command: [string, ...string[]]): Promise<string> {
  const { code, output } = await run(...command)
  expect(code === 0 ? '' : output).toBe('')
  return output
}

const s3api = async (command: string): Promise<unknown> =>
  JSON.parse(await succeeded('aws', 's3api', command, '--bucket', 'acme-states', '--output', 'json'))

beforeAll(async () => {
  cloud = await startCloud()
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
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the bucket keeps versions, is encrypted and closed, takes TLS only, and is not destroyed', async () => {
  await succeeded('terraform', 'init', '-input=false', '-no-color')
  provider = await startProvider(folder, cloud.env)
  await succeeded('terraform', 'apply', '-auto-approve', '-input=false', '-no-color')
  expect(await s3api('get-bucket-versioning')).toMatchObject({ Status: 'Enabled' })
  expect(await s3api('get-bucket-encryption')).toMatchObject({
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  })
  expect(await s3api('get-public-access-block')).toEqual({
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  })
  const { Policy } = (await s3api('get-bucket-policy')) as { Policy: string }
  expect(JSON.parse(Policy).Statement).toMatchObject([
    { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  ])
  const destroyed = await run('terraform', 'destroy', '-auto-approve', '-input=false', '-no-color')
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
  const terraform = (...args: string[]) =>
    succeeded('terraform', `-chdir=${stack}`, ...args, '-input=false', '-no-color')
  const here = ['bucket=acme-stacks', 'use_path_style=true'].map((setting) => `-backend-config=${setting}`)
  await run('aws', 's3', 'mb', 's3://acme-stacks')
  await terraform('init', ...here)
  await terraform('apply', '-auto-approve')
  const object = ['--bucket', 'acme-stacks', '--key', 'state/terraform.tfstate', '--output', 'json']
  expect(JSON.parse(await succeeded('aws', 's3api', 'head-object', ...object))).toMatchObject(encryption)
  await succeeded('aws', 's3', 'rm', 's3://acme-stacks/state/terraform.tfstate')
})
