// No secret is shown, however it comes in and whatever is done with it; with a real Terraform.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { type StepResult, source } from '../../support/run-action.ts'
import { secretForms } from '../../support/secret-forms.ts'
import { type Stack, useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

const KEY = { 'fingerprint-key': 'a key for this test only' }

// Each value is unique, so finding it anywhere is a leak.
const NESTED = { plain: 'xq-variable', list: ['xq-in-list-1', { deep: 'xq-in-map-in-list' }], map: { k: 'xq-in-map' } }
const LEAVES = ['xq-variable', 'xq-in-list-1', 'xq-in-map-in-list', 'xq-in-map']

/** Secrets in a variable, nested in lists and maps, only in a resource, and only in an output. */
const MAIN = `
  variable "all" {
    sensitive = true
    type = object({ plain = string, list = tuple([string, object({ deep = string })]), map = map(string) })
  }
  resource "terraform_data" "nested" {
    input = { list = ["visible", var.all.list], map = var.all.map, text = "before \${var.all.plain} after" }
  }
  resource "terraform_data" "unmarked" {
    input = nonsensitive("unmarked \${var.all.plain}")
  }
  output "all" {
    value     = var.all
    sensitive = true
  }`
const withAll = (all: typeof NESTED) => ({ variables: `all = ${JSON.stringify(all)}` })

/** All text that a step shows. Step outputs hold the values of sensitive outputs, and these are masked. */
function shownBy({ log, summary, outputs, state }: StepResult, sensitive: readonly string[] = []) {
  const others = Object.entries(outputs).filter(([name]) => !sensitive.includes(name))
  return { log: log.replaceAll(/^::add-mask::.*$/gm, ''), summary, outputs: texts(others), state: texts(state) }
}

const texts = (value: object) => Object.values(value).flat().join('\n')

/** The secrets in each text. */
function leaksIn(shown: Readonly<Record<string, string>>, secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap((secret) => [...secretForms(secret), encodeURIComponent(secret)])
  return Object.entries(shown).flatMap(([place, text]) =>
    forms.filter((form) => text.includes(form)).map((form) => `${place}: ${form}`),
  )
}

/** The values that the runner masks. */
const masked = (log: string): readonly string[] =>
  [...log.matchAll(/^::add-mask::(.*)$/gm)].map(([, value = '']) =>
    value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  )

test('masks every sensitive value of a plan: nested, in a module, in an output, unused, and the previous one', async () => {
  const made = stack('masked', {
    'main.tf': `${MAIN}
      variable "only" {
        sensitive = true
      }
      resource "terraform_data" "own" {
        input = { list = ["visible", sensitive("xq-of-resource 100%")], map = { k = [sensitive("xq-one\\nxq-two")] } }
      }
      module "inner" {
        source = "./inner"
      }
      output "alone" {
        value     = { list = ["xq-of-output"] }
        sensitive = true
      }`,
    'inner/main.tf': 'resource "terraform_data" "inner" {\n  input = { k = sensitive("xq-of-module") }\n}',
  })
  const only = (secret: string) => ({ env: { TF_VAR_only: secret } })
  const own = ['xq-of-resource 100%', 'xq-one', 'xq-two', 'xq-of-output', 'xq-of-module']
  const plan = { ...withAll(NESTED), command: 'plan' }
  const { log } = await made.run(plan, only('xq-unused'))
  expect(masked(log)).toEqual(expect.arrayContaining([...LEAVES, ...own, 'xq-unused']))
  // A mask on ordinary text would make the log unreadable.
  const ordinary = (value: string) => ![value, Buffer.from(value, 'base64').toString()].join(' ').includes('xq-')
  expect(masked(log).filter(ordinary)).toEqual([])

  expect((await made.run(withAll(NESTED), only('xq-unused'))).code).toBe(0)
  const next = await made.run({ ...plan, ...withAll({ ...NESTED, map: { k: 'xq-next' } }) }, only('xq-unused'))
  expect(masked(next.log)).toEqual(expect.arrayContaining(['xq-in-map', 'xq-next', ...own]))
})

describe('a secret that only the AWS provider marks', () => {
  const PROVIDED = `
    provider "aws" {
      skip_credentials_validation = true
      skip_metadata_api_check     = true
      skip_requesting_account_id  = true
    }
    variable "token" {}
    resource "aws_ssm_parameter" "token" {
      name        = "/web/token"
      type        = "SecureString"
      value       = "\${var.token}-of-the-parameter"
      description = "Holds \${var.token}-of-the-parameter."
    }`

  async function changeByHand(value: string): Promise<void> {
    const { url, env } = stacks.store.cloud
    const ssm = new SSMClient({
      endpoint: url,
      region: 'us-east-1',
      credentials: {
        accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    })
    const parameter = { Name: '/web/token', Type: 'SecureString', Description: `By hand ${value}.` } as const
    await ssm.send(new PutParameterCommand({ ...parameter, Value: value, Overwrite: true }))
    ssm.destroy()
  }

  test('is not shown by plan, apply, drift, or the drift issue', async () => {
    // The variable is not marked: only the provider marks the value.
    const made = stack('provided', { 'main.tf': `${PROVIDED}\n${MAIN}` })
    const secrets = [...LEAVES, 'xq-first-of-the-parameter', 'xq-second-of-the-parameter', 'xq-by-hand']
    const run = async (command: string, token: string) => {
      const ended = await made.run(
        {
          command,
          environment: 'prod',
          'drift-issue': 'true',
          'github-token': 'any',
          variables: `token = "${token}"\n${withAll(NESTED).variables}`,
        },
        { env: { GITHUB_REPOSITORY: 'acme/provided' } },
      )
      const issues = [...stacks.store.cloud.github.repository('acme/provided').issues.values()]
      const issue = issues.map(({ title, body }) => `${title}\n${body}`).join('\n')
      expect(leaksIn({ ...shownBy(ended, ['all']), issue }, secrets)).toEqual([])
      expect(ended.code).toBe(0)
      return { ...ended, issue }
    }
    expect((await run('plan', 'xq-first')).summary).toContain('+ value = (sensitive)')
    await made.attachProvider()
    expect((await run('apply', 'xq-first')).log).toContain('aws_ssm_parameter.token: created')

    await changeByHand('xq-by-hand')
    const { outputs, issue, summary } = await run('drift', 'xq-first')
    expect(outputs['drift']).toBe('["aws_ssm_parameter.token"]')
    for (const text of [issue, summary]) {
      expect(text).toContain('Changed outside Terraform (1)')
      expect(text).toContain('- value = (sensitive)\n+ value = (sensitive)')
      expect(text).toContain('+ description = "By hand ***."')
    }
    // The same in the plan that changes it again.
    const applied = await run('apply', 'xq-second')
    expect(applied.summary).toContain('Changed outside Terraform (1)')
    expect(applied.summary).toContain('+ description = "Holds ***."')
    expect(applied.log).toContain('aws_ssm_parameter.token: updated')
  })
})

test('shows no secret in verify, whether the plan was approved or not', async () => {
  const made = stack('verified', { 'main.tf': MAIN })
  const { approval = '' } = (await made.run({ command: 'plan', ...withAll(NESTED), ...KEY })).outputs
  const verify = { command: 'verify', 'approved-plan': approval, ...KEY }
  const approved = await made.run({ ...verify, ...withAll(NESTED) })
  const refused = await made.run({ ...verify, ...withAll({ ...NESTED, plain: 'xq-other' }) })
  expect([approved.code, refused.code]).toEqual([0, 1])
  expect(refused.log).toContain('terraform_data.unmarked (create)')
  for (const ended of [approved, refused]) {
    expect(ended.summary).toContain('+ input = "unmarked ***"')
    expect(leaksIn(shownBy(ended), [...LEAVES, 'xq-other'])).toEqual([])
  }
})

/** Applies with a local state, as on a laptop. */
function applyOnLaptop(made: Stack, all: typeof NESTED): void {
  const backend = readFileSync(`${made.directory}/backend.tf`, 'utf8')
  made.write({ 'backend.tf': '' })
  const env = { ...process.env, ...made.env, TF_VAR_all: JSON.stringify(all) }
  for (const args of [['init'], ['apply', '-auto-approve']]) {
    execFileSync('terraform', args, { cwd: made.directory, env, stdio: 'pipe' })
  }
  execFileSync('rm', ['-rf', `${made.directory}/.terraform`])
  made.write({ 'backend.tf': backend })
}

test('shows no secret in migrate-state, whether the plan is empty or not', async () => {
  const made = stack('taken-over', { 'main.tf': MAIN })
  applyOnLaptop(made, NESTED)
  const changing = await made.run({ command: 'migrate-state', ...withAll({ ...NESTED, plain: 'xq-other' }) })
  expect(changing.log).toContain('but the plan on it is not empty: 2 to update')
  const empty = await made.run({ command: 'migrate-state', ...withAll(NESTED) })
  expect(empty.summary).toContain('State migrated')
  expect([changing.code, empty.code]).toEqual([1, 0])
  for (const ended of [changing, empty]) {
    expect(masked(ended.log)).toEqual(expect.arrayContaining(LEAVES))
    expect(leaksIn(shownBy(ended), [...LEAVES, 'xq-other'])).toEqual([])
  }
})

describe('a secret in an input', () => {
  const GIVEN = `
    variable "token" {
      sensitive = true
      validation {
        condition     = length(var.token) < 30
        error_message = "The token is too long."
      }
    }
    resource "terraform_data" "direct" {
      input = var.token
    }
    resource "terraform_data" "unmarked" {
      input = nonsensitive("unmarked \${var.token}")
    }`
  const LONG = 'xq-token-that-is-too-long-to-be-valid'

  test.each([
    ['var-file', (token: string) => ({ inputs: { 'var-file': `${token.length}.tfvars` } })],
    ['TF_VAR_', (token: string) => ({ inputs: {}, env: { TF_VAR_token: token } })],
  ])('is not shown when given by %s, whether the plan succeeds or fails', async (way, given) => {
    const files = Object.fromEntries(
      ['xq-token', LONG].map((token) => [`${token.length}.tfvars`, `token = "${token}"`]),
    )
    const made = stack(`given-${way}`, { 'main.tf': GIVEN, ...files })
    const run = async (command: string, token: string) => {
      const { inputs, ...options } = given(token)
      const ended = await made.run({ command, environment: 'prod', ...inputs }, options)
      expect(leaksIn(shownBy(ended), [token])).toEqual([])
      return ended
    }
    const planned = await run('plan', 'xq-token')
    expect(planned.summary).toContain('+ input = (sensitive)')
    expect(planned.summary).toContain('+ input = "unmarked ***"')
    expect((await run('apply', 'xq-token')).code).toBe(0)
    expect((await run('plan', LONG)).log).toContain('The token is too long.')
  })

  test('is not shown when given by backend-config, whether the backend accepts it, does not know it, or cannot read it', async () => {
    const made = stack('given-backend', { 'main.tf': 'resource "terraform_data" "a" {}' })
    const SECRETS = ['xq-backend-secret', 'xq-backend-session']
    // No other credentials, so that the backend and our own requests use these.
    const env = { AWS_SECRET_ACCESS_KEY: '', AWS_ACCESS_KEY_ID: '', AWS_SESSION_TOKEN: '' }
    const run = async (command: string, ...lines: readonly string[]) => {
      const settings = ['access_key=AKIAIOSFODNN7EXAMPLE', ...lines].join('\n')
      const ended = await made.run({ command, 'backend-config': settings }, { env })
      expect(leaksIn(shownBy(ended), SECRETS)).toEqual([])
      return ended
    }
    const taken = ['secret_key=xq-backend-secret', 'token=xq-backend-session']
    for (const command of ['plan', 'apply', 'drift']) expect((await run(command, ...taken)).code).toBe(0)
    expect((await run('plan', ...taken, 'secret_kee=xq-backend-secret')).log).toContain('init` failed')
    expect((await run('plan', 'secret_key=[xq-backend-secret')).log).toContain('init` failed')
    expect((await run('plan', 'secret_key: xq-backend-secret')).log).toContain('entry 2 is not of the form key=value')
  })
})

test('shows no key of for_each that is a secret without a mark', async () => {
  const web = stacks.stack('disguised', {
    'main.tf': `
      variable "token" {
        sensitive = true
      }
      resource "terraform_data" "each" {
        for_each = toset([nonsensitive(var.token)])
      }
      output "token" {
        value     = var.token
        sensitive = true
      }`,
  })
  const variables = 'token = "xq-disguised"'
  const planned = await web.run({ command: 'plan', variables })
  const drift = await web.run({ command: 'drift', variables })
  expect((await web.run({ variables })).code).toBe(0)
  const held = await web.run({ variables, destroy: 'true', 'max-destroys': '0' })
  expect(held.log).toMatch(/::error::The guard rails stop this plan:.*each\["\*\*\*"\]/)
  for (const { outputs, summary } of [planned, drift, held]) {
    expect(JSON.stringify({ outputs, summary })).toContain('each[')
    expect(JSON.stringify({ outputs, summary })).not.toContain('xq-disguised')
  }
})
