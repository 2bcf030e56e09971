// Invalid inputs and configurations: one error with the next step, and nothing is changed.
import { existsSync } from 'node:fs'
import { source } from '../../support/run-action.ts'
import { s3Backend } from '../../support/terraform-apply/terraform-files.ts'
import { type Stack, useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))

const A = 'resource "terraform_data" "a" {}'
const stack = (name: string, files: Readonly<Record<string, string>> = { 'main.tf': A }) => stacks.stack(name, files)

/** The errors of a run that must fail and leave no state. */
async function refusal(made: Stack, inputs: Readonly<Record<string, string>>, env: Record<string, string> = {}) {
  const { code, log } = await made.run(inputs, { env })
  expect(code).toBe(1)
  expect(await stacks.store.keys(`${made.key.split('/')[0]}/`)).toEqual([])
  return log
    .split('\n')
    .filter((line) => line.startsWith('::error'))
    .join('\n')
    .replaceAll('%0A', '\n')
    .replaceAll('%25', '%')
}

const inputs: readonly [what: string, inputs: Record<string, string>, message: string, hint: string][] = [
  ['an unknown command', { command: 'destroy' }, 'Input `command` is `destroy`', 'Use one of these'],
  [
    'a directory that is not there',
    { 'working-directory': 'infar' },
    'Input `working-directory` is `infar`',
    'check out',
  ],
  ['a file that is not there', { 'var-file': 'stage.tfvars' }, 'Input `var-file` names `stage.tfvars`', 'relative to'],
  ['a malformed backend setting', { 'backend-config': 'bucket' }, 'Input `backend-config` is malformed', 'key=value'],
  ['a malformed workspace', { workspace: 'stage/eu' }, 'Input `workspace` is `stage/eu`', 'letters, digits'],
  ['a malformed account', { 'expected-account-id': '1234' }, 'Input `expected-account-id` is `1234`', 'in quotes'],
  ['an impossible number', { 'max-destroys': '-1' }, 'Input `max-destroys` is `-1`', 'number'],
  ['verify without an approval', { command: 'verify' }, 'Input `approved-plan` is missing', 'pull-request'],
  ['an approval without its key', { 'approved-plan': 'x' }, 'Input `fingerprint-key` is missing', 'same secret'],
]

test.each(inputs)('refuses %s', async (what, given, message, hint) => {
  const errors = await refusal(stack(`input-${what.replaceAll(/\W/g, '-')}`), given)
  expect(errors).toContain(message)
  expect(errors).toContain(hint)
})

test('refuses the wrong account before it starts Terraform', async () => {
  const made = stack('account')
  const right = { 'expected-account-id': stacks.store.cloud.env['AWS_ACCESS_KEY_ID'] ?? '', command: 'plan' }
  expect(await made.run(right)).toMatchObject({ code: 0 })
  const { log } = await made.run({ 'expected-account-id': '999999999999' })
  expect(log).toContain('is 999999999999, but the credentials belong to account 123456789012')
  expect(log).not.toContain('Terraform init')
})

test('refuses expired credentials', async () => {
  const { accounts } = stacks.store.cloud
  const arn = 'arn:aws:sts::123456789012:assumed-role/ci/run'
  const principal = { account: '123456789012', arn, userId: 'AROA:run', role: 'ci' }
  const { AccessKeyId, SecretAccessKey, SessionToken } = accounts.issue(principal, 3600)
  accounts.expire()
  const env = {
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: SessionToken,
  }
  const errors = await refusal(stack('expired'), {}, env)
  expect(errors).toMatch(/^::error title=Failed to get existing workspaces%3A .* ExpiredToken.*::Failed to get/m)
  expect(errors).toContain('`Terraform init` failed')
  expect(errors).toContain('The AWS credentials are missing, invalid or expired.')
  const checked = await refusal(stack('expired-account'), { 'expected-account-id': '123456789012' }, env)
  expect(checked).toContain('read the account of the credentials')
})

test('refuses a directory without a configuration', async () => {
  const made = stack('empty')
  made.write({ '../docs/readme.md': '' })
  expect(await refusal(made, { 'working-directory': 'docs' })).toContain('`docs` has no Terraform configuration')
})

test('annotates invalid HCL on its line', async () => {
  const errors = await refusal(stack('broken', { 'main.tf': 'resource "terraform_data" "a" {\n' }), {})
  expect(errors).toMatch(/file=infra\/main.tf,line=1/)
  expect(errors).toContain('`Terraform init` failed: ')
})

test('refuses a backend of an unknown type, without an existing bucket, or without its settings', async () => {
  const backend = (text: string) => ({ 'main.tf': A, 'backend.tf': text })
  const unknown = await refusal(stack('no-type', backend('terraform {\n  backend "s4" {}\n}')), {})
  expect(unknown).toContain('::error title=Unsupported backend type,file=infra/backend.tf,line=2,col=11::')
  expect(unknown).toContain('Check the backend block')
  const bucket = await refusal(stack('no-bucket', backend(s3Backend('no-such-bucket', 'a'))), {})
  expect(bucket).toMatch(
    /^::error title=Failed to get existing workspaces%3A S3 bucket "no-such-bucket" does not exist/m,
  )
  expect(bucket).toContain('The state bucket must exist first')
  const settings = await refusal(stack('no-settings', backend('terraform {\n  backend "s3" {}\n}')), {})
  expect(settings).toContain(
    '::error title=Missing Required Value,file=infra/backend.tf,line=2,col=16::The attribute "bucket" is required',
  )
  expect(settings).toContain('Check the backend block')
})

test.each([
  ['a local backend', 'terraform {\n  backend "local" {}\n}'],
  ['a backend in a comment only', '# terraform { backend "s3" {} }\n'],
])('refuses %s, and says how to add a backend', async (what, text) => {
  const made = stack(what.replaceAll(' ', '-'), { 'main.tf': A, 'backend.tf': text })
  const errors = await refusal(made, {})
  expect(errors).toContain('::error::`infra` keeps its state in a local file, which is lost when the job ends.')
  expect(errors).toContain('command: migrate-state')
  expect(errors).toContain('use_lockfile = true')
  expect(existsSync(`${made.directory}/terraform.tfstate`)).toBe(false)
})

test('refuses a backend without a lock', async () => {
  const unlocked = s3Backend('terraform-state', 'unlocked/terraform.tfstate').replace(/use_lockfile.*/, '')
  const made = stack('unlocked', { 'main.tf': A, 'backend.tf': unlocked })
  const errors = await refusal(made, {})
  expect(errors).toContain('The S3 backend of `infra` has no lock')
  expect(errors).toContain('use_lockfile = true')
  expect(await made.run({ 'backend-config': 'use_lockfile=true', command: 'plan' })).toMatchObject({ code: 0 })
})

test('names a missing variable', async () => {
  const errors = await refusal(stack('variable', { 'main.tf': `${A}\nvariable "image" {}` }), {})
  expect(errors).toContain('::error title=No value for required variable,file=infra/main.tf,line=2,col=1::')
  expect(errors).toContain('Nothing was changed.')
})

test('annotates invalid settings on their line in the repository', async () => {
  const made = stack('settings', { 'main.tf': A, 'stage.tfvars': '\nimage =', 'stage.tfbackend': '\n\nkey =' })
  expect(await refusal(made, { 'var-file': 'stage.tfvars' })).toMatch(
    /::error title=[^,]*,file=infra\/stage.tfvars,line=2,/,
  )
  expect(await refusal(made, { 'backend-config-file': 'stage.tfbackend' })).toMatch(
    /::error title=[^,]*,file=infra\/stage.tfbackend,line=3,/,
  )
  // Our own files are outside the repository.
  const inputs = { variables: 'image =', 'working-directory': '.' }
  expect(await refusal(made, inputs, { GITHUB_WORKSPACE: made.directory })).toMatch(
    /^::error title=Missing expression::/m,
  )
})

test('refuses a plan file that is not a plan', async () => {
  const made = stack('plan-file', { 'main.tf': A, 'x.tfplan': 'no plan' })
  expect(await refusal(made, { 'plan-file': 'x.tfplan' })).toContain('cannot be read')
})

test('annotates a failing provisioner on its line', async () => {
  const made = stack('provisioner', {
    'main.tf': `resource "terraform_data" "a" {
  provisioner "local-exec" {
    command = "echo out of paper; exit 3"
  }
}
`,
  })
  const { code, log } = await made.run({})
  expect(code).toBe(1)
  expect(log).toMatch(
    /^::error title=local-exec provisioner error,file=infra\/main.tf,line=2,col=28::terraform_data.a: .*exit status 3/m,
  )
  expect(log).toContain('`Terraform apply` failed: local-exec provisioner error')
})

test('annotates a warning on its line, and does not fail', async () => {
  const made = stack('check', {
    'main.tf': `${A}
check "health" {
  assert {
    condition     = terraform_data.a.id == ""
    error_message = "It is not well."
  }
}
`,
  })
  const { code, log } = await made.run({})
  expect(code).toBe(0)
  expect(log).toMatch(
    /^::warning title=Check block assertion failed,file=infra\/main.tf,line=4,col=21::It is not well.$/m,
  )
  expect(log).not.toContain('::error')
})
