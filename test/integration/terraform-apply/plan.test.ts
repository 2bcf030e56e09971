// Secrets, approvals and promotion of a plan, with a real Terraform.
import { readFileSync } from 'node:fs'
import { source } from '../../support/run-action.ts'
import { useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

const KEY = { 'fingerprint-key': 'a key for this test only' }

describe('a plan with secrets in every position', () => {
  // Each value is unique, so finding it anywhere is a leak.
  const secrets = {
    variable: 'xq-variable-secret',
    map: 'xq-map-secret',
    multiline: 'xq-line-one\nxq-line-two',
    quoted: 'xq "quoted" \\ secret',
    number: 918273645,
    nested: 'xq-nested-secret',
    key: 'xq-key-secret',
    document: 'xq-document-secret',
    lines: 'xq-crlf-one\r\nxq-crlf-two',
    markup: 'xq-<b>&`|$*_secret',
    long: `xq-${'long'.repeat(150)}`,
    document_text: JSON.stringify({ user: 'xq-document-user', password: 'xq-document-password' }),
  }
  const MODULE = `
    variable "token" {
      sensitive = true
    }
    resource "terraform_data" "inner" {
      input = { token = var.token, plain = "visible" }
    }
    output "token" {
      value     = terraform_data.inner.output.token
      sensitive = true
    }`
  const MAIN = `
    variable "all" {
      sensitive = true
      type = object({ variable = string, map = map(string), multiline = string, quoted = string, number = number, nested = string, key = string, document = string, lines = string, markup = string, long = string, document_text = string })
    }
    module "inner" {
      source = "./inner"
      token  = var.all.nested
    }
    resource "terraform_data" "direct" {
      input = var.all.variable
    }
    resource "terraform_data" "within" {
      input            = { deep = [{ value = var.all.multiline }, "plain"], count = var.all.number }
      triggers_replace = [var.all.quoted]
    }
    resource "terraform_data" "known_by_map" {
      input = var.all.map
    }
    resource "terraform_data" "as_key" {
      input = { (var.all.key) = "x", list = ["plain", sensitive(var.all.lines)] }
    }
    resource "terraform_data" "in_a_document" {
      input            = jsonencode({ statement = [{ secret = var.all.document }], plain = "visible" })
      triggers_replace = base64encode(var.all.document)
    }
    resource "terraform_data" "marked_up" {
      input = "before \${var.all.markup} after"
    }
    resource "terraform_data" "marked_up_document" {
      input = jsonencode({ secret = var.all.markup })
    }
    resource "terraform_data" "long" {
      input = var.all.long
    }
    resource "terraform_data" "long_encoded" {
      input = base64encode(var.all.long)
    }
    resource "terraform_data" "document_text" {
      input = var.all.document_text
    }
    resource "terraform_data" "unmarked_number" {
      input = { port = nonsensitive(var.all.number) }
    }
    check "never" {
      assert {
        condition     = length(var.all.key) < 5
        error_message = "the key is too long"
      }
    }
    resource "terraform_data" "failing" {
      input = "x"
      lifecycle {
        precondition {
          condition     = !nonsensitive(var.all.variable == "fail")
          error_message = "never"
        }
      }
      provisioner "local-exec" {
        command = "echo \${nonsensitive(var.all.variable)} >&2; exit \${nonsensitive(var.all.number) == 918273645 ? 0 : 1}"
      }
    }
    output "all" {
      value     = var.all
      sensitive = true
    }
    output "computed" {
      value     = terraform_data.direct.output
      sensitive = true
    }`
  const tfvars = (values: typeof secrets) => `all = ${JSON.stringify({ ...values, map: { k: values.map } })}`
  const leaves = [
    ...Object.values(secrets).flatMap((value) => String(value).split(/\r?\n/)),
    'xq-document-user',
    'xq-document-password',
  ]

  const withoutMasks = (log: string) => log.replaceAll(/^::add-mask::.*$/gm, '')
  const formsOf = (leaf: string) => [
    leaf,
    JSON.stringify(leaf).slice(1, -1),
    leaf.replaceAll('<', '\\u003c'),
    leaf.replaceAll('<', '&lt;'),
    Buffer.from(leaf).toString('base64'),
    // The rest of a value that was cut.
    leaf.slice(0, 40),
    Buffer.from(leaf).toString('base64').slice(0, 40),
  ]
  const leaksIn = (text: string) => leaves.flatMap(formsOf).filter((form) => text.includes(form))

  test('shows none of them when it is made, changed, applied, destroyed, or fails', async () => {
    const made = stack('secrets', { 'main.tf': MAIN, 'inner/main.tf': MODULE })
    const second = {
      ...secrets,
      number: 918273646,
      variable: 'xq-variable-secret-2',
      long: `${secrets.long}-2`,
      document_text: JSON.stringify({ user: 'xq-document-user', password: 'xq-document-password-2' }),
    }
    const runs = [
      { command: 'plan', variables: tfvars(secrets), ...KEY },
      { command: 'apply', variables: tfvars(secrets), ...KEY },
      { command: 'plan', variables: tfvars({ ...second, nested: 'xq-nested-secret-2' }), ...KEY },
      // The provisioner of `failing` writes a secret to the log, and fails.
      { command: 'apply', variables: tfvars(second), replace: 'terraform_data.failing', ...KEY },
      { command: 'apply', variables: tfvars(second), destroy: 'true', ...KEY },
    ]
    const repository = stacks.store.cloud.github.repository('acme/secrets')
    const { number } = repository.openIssue('A pull request', '', [], { mergeCommit: null, commits: [] })
    made.write({ '../event.json': JSON.stringify({ pull_request: { number } }) })
    const env = { GITHUB_REPOSITORY: 'acme/secrets', GITHUB_EVENT_PATH: `${made.folder}/event.json` }
    const codes: (number | null)[] = []
    for (const inputs of runs) {
      const ended = await made.run({ ...inputs, environment: 'stage', 'github-token': 'any' }, { env })
      codes.push(ended.code)
      const { computed: _, ...shown } = ended.outputs
      const planned = ended.outputs['planned-file'] ?? ''
      const comments = repository.commentsOf(number)
      expect(comments).toHaveLength(1)
      const seen = {
        log: withoutMasks(ended.log),
        summary: ended.summary,
        outputs: JSON.stringify({ ...shown, all: '' }),
        comment: comments[0]?.body ?? '',
        planned: JSON.stringify(JSON.parse(readFileSync(planned, 'utf8'))),
      }
      expect(Object.entries(seen).map(([place, text]) => [place, leaksIn(text)])).toEqual([
        ['log', []],
        ['summary', []],
        ['outputs', []],
        ['comment', []],
        ['planned', []],
      ])
    }
    expect(codes).toEqual([0, 0, 0, 1, 0])
  })

  test.each([
    [
      'a warning',
      'check "key" {\n assert {\n condition = length(var.key) < 3\n error_message = "no: ${nonsensitive(var.key)}"\n }\n}',
      0,
    ],
    [
      'an error',
      'resource "terraform_data" "b" {\n lifecycle {\n precondition {\n condition = length(var.key) < 3\n error_message = "no: ${nonsensitive(var.key)}"\n }\n }\n}',
      1,
    ],
  ])('shows none of them in %s of the plan', async (what, block, code) => {
    const made = stack(`secrets-plan-${code}`, {
      'main.tf': `
        variable "key" {
          sensitive = true
        }
        resource "terraform_data" "a" {
          input = var.key
        }
        ${block}`,
    })
    const ended = await made.run({ command: 'plan', variables: 'key = "xq-key-of-all"' })
    expect(ended.code).toBe(code)
    expect(ended.log).toContain(`${what === 'an error' ? '::error' : '::warning'} title=`)
    expect(ended.log).toContain('no: ***')
    expect(withoutMasks(ended.log)).not.toContain('xq-key')
    expect(ended.log).toContain('::add-mask::xq-key-of-all')
  })

  test('has another fingerprint when only a secret changes', async () => {
    const made = stack('secrets-fingerprint', { 'main.tf': MAIN, 'inner/main.tf': MODULE })
    const first = await made.run({ command: 'plan', variables: tfvars(secrets), ...KEY })
    const same = await made.run({ command: 'plan', variables: tfvars(secrets), ...KEY })
    const other = await made.run({ command: 'plan', variables: tfvars({ ...secrets, variable: 'xq-other' }), ...KEY })
    expect(same.outputs['fingerprint']).toBe(first.outputs['fingerprint'])
    expect(other.outputs['fingerprint']).not.toBe(first.outputs['fingerprint'])
  })
})

describe('an approval', () => {
  const THREE = (extra = '', command = 'true') => `
    resource "terraform_data" "first" {
      input = "one"
    }
    resource "terraform_data" "second" {
      input = terraform_data.first.id
      provisioner "local-exec" {
        command = "${command}"
      }
    }
    resource "terraform_data" "third" {
      input = terraform_data.second.id
    }
    output "third" {
      value = terraform_data.third.output
    }
    ${extra}`

  test('allows the approved plan, and no other', async () => {
    const web = stack('approved', { 'main.tf': THREE() })
    const { approval = '', fingerprint = '' } = (await web.run({ command: 'plan', ...KEY })).outputs
    expect((await web.run({ command: 'verify', 'approved-plan': approval, ...KEY })).code).toBe(0)
    expect((await web.run({ command: 'verify', 'approved-plan': fingerprint, ...KEY })).code).toBe(0)

    web.write({ 'main.tf': THREE('resource "terraform_data" "more" {}') })
    const more = await web.run({ 'approved-plan': approval, ...KEY })
    expect(more.code).toBe(1)
    expect(more.log).toContain('terraform_data.more (create)')
    expect(await stacks.store.keys('approved/')).toEqual([])
    expect((await web.run({ 'approved-plan': fingerprint, ...KEY })).log).toContain('The plan is not the approved one')

    web.write({ 'main.tf': THREE() })
    expect((await web.run({ 'approved-plan': approval, ...KEY })).code).toBe(0)
  })

  test('is refused when it is empty, and not taken for a missing input', async () => {
    const web = stack('nothing', { 'main.tf': THREE() })
    const refused = await web.run({ 'approved-plan': ' ', ...KEY })
    expect(refused.code).toBe(1)
    expect(refused.log).toContain('::error::Input `approved-plan` is empty.')
    expect(await stacks.store.keys('nothing/')).toEqual([])
    expect((await web.run({ 'approved-plan': 'none', ...KEY })).code).toBe(0)
  })

  test('still covers what a partial apply has left to do', async () => {
    const web = stack('partial', { 'main.tf': THREE('', 'test -e fixed') })
    const { approval = '' } = (await web.run({ command: 'plan', ...KEY })).outputs
    expect((await web.run({ 'approved-plan': approval, ...KEY })).code).toBe(1)
    expect((await web.state()).resources.map(({ name }) => name)).toEqual(['first', 'second'])
    web.write({ fixed: '' })
    const rest = await web.run({ 'approved-plan': approval, ...KEY })
    expect(rest).toMatchObject({ code: 0 })
    expect(rest.log).toContain('Every change in the plan was approved.')
  })

  test('is refused with another key, for another environment, or when changed', async () => {
    const web = stack('sealed', { 'main.tf': THREE() })
    const { approval = '' } = (await web.run({ command: 'plan', environment: 'stage', ...KEY })).outputs
    const verify = async (inputs: Record<string, string>) =>
      (await web.run({ command: 'verify', 'approved-plan': approval, environment: 'stage', ...KEY, ...inputs })).log
    expect(await verify({ 'fingerprint-key': 'a key of another test' })).toContain(
      'was not made with this `fingerprint-key`',
    )
    expect(await verify({ 'approved-plan': `${approval.slice(0, -4)}xxx=` })).toContain('or it was changed')
    expect(await verify({ environment: 'prod' })).toContain('is for another stack')
    expect(await verify({ 'fingerprint-key': 'short' })).toContain(
      'Input `fingerprint-key` is shorter than 16 characters',
    )
  })
})

test('shows in the plan of prod where it differs from stage', async () => {
  const main = (kind: string) => `
    variable "environment" {}
    variable "replicas" {}
    resource "terraform_data" "web" {
      input = { name = "web-\${var.environment}", desired_count = var.replicas, kind = "${kind}" }
    }`
  const stage = stack('promote-stage', { 'main.tf': main('public') })
  const prod = stack('promote-prod', { 'main.tf': main('public') })
  const staged = await stage.run({ environment: 'stage', variables: 'environment = "stage"\nreplicas = 1' })
  expect(staged.code).toBe(0)
  const promoted = async () =>
    await prod.run({
      command: 'plan',
      environment: 'prod',
      variables: 'environment = "prod"\nreplicas = 3',
      'compare-with': staged.outputs['planned-file'] ?? '',
    })
  const same = await promoted()
  expect(same.outputs['promotion-differences']).toBe('[]')
  expect(same.summary).toContain('Same as stage, except for keys, sizes and counts.')
  prod.write({ 'main.tf': main('internal') })
  expect(JSON.parse((await promoted()).outputs['promotion-differences'] ?? '')).toEqual([
    { address: 'terraform_data.web', path: 'input.kind', here: '"internal"', there: '"public"' },
  ])
})

test('takes the name of the workspace for the environment, also when TF_WORKSPACE selects it', async () => {
  const web = stack('promote-workspaces', {
    'main.tf': `
      resource "terraform_data" "web" {
        input = { name = "web-\${terraform.workspace}" }
      }`,
  })
  const staged = await web.run({ command: 'plan', workspace: 'stage', environment: 'stage' })
  const prod = await web.run(
    { command: 'plan', 'compare-with': staged.outputs['planned-file'] ?? '' },
    { env: { TF_WORKSPACE: 'prod' } },
  )
  expect(prod.outputs['promotion-differences']).toBe('[]')
})
