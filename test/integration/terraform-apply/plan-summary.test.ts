// Summary, log and outputs of a plan and an apply, and of several environments of one stack, with a real Terraform.
import { source } from '../../support/run-action.ts'
import { useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

test('shows destroyed and replaced resources first, then the rest; logs and draws the apply', async () => {
  const web = stack('report', {
    'main.tf': `
      resource "terraform_data" "kept" {
        input = "one"
      }
      resource "terraform_data" "rebuilt" {
        triggers_replace = "one"
      }
      resource "terraform_data" "dropped" {}
      resource "terraform_data" "before" {}
      output "kept" {
        value = terraform_data.kept.output
      }`,
  })
  const first = await web.run({})
  expect(JSON.parse(first.outputs['counts'] ?? '')).toMatchObject({ create: 4, delete: 0 })
  web.write({
    'main.tf': `
      resource "terraform_data" "kept" {
        input = "two"
      }
      resource "terraform_data" "rebuilt" {
        triggers_replace = "two"
      }
      resource "terraform_data" "after" {}
      moved {
        from = terraform_data.before
        to   = terraform_data.after
      }
      resource "terraform_data" "added" {}
      output "kept" {
        value = terraform_data.kept.output
      }`,
  })
  const { code, outputs, summary, log } = await web.run({ 'fingerprint-key': 'a key for this test only' })
  expect(code).toBe(0)

  // The plan, most severe changes first.
  const order = [
    '**1 to destroy**, **1 to replace**, 1 to create, 1 to update, 1 to move, 1 output to change.',
    '**To be destroyed or replaced**',
    '| 🔴 destroy | `terraform_data.dropped` | it is no longer in the configuration |',
    '| 🟠 replace | `terraform_data.rebuilt` | `triggers_replace` cannot be changed in place |',
    '| 🟢 create | `terraform_data.added` |',
    '| 🟡 update | `terraform_data.kept` |',
    '| 🔵 move | `terraform_data.after` (was `terraform_data.before`) |',
    '+ triggers_replace = "two"   # forces replacement',
    '- input = "one"\n+ input = "two"',
    '✅ **Applied**: 2 added, 1 changed, 2 destroyed.',
    '```mermaid\ngantt\n',
  ]
  const places = order.map((text) => summary.indexOf(text))
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(places).not.toContain(-1)
  expect(summary).toMatch(/^delete terraform_data\.dropped \(\d+ m?s\) :\d+, \d+$/m)

  // The same as outputs.
  expect(JSON.parse(outputs['changes'] ?? '')).toEqual([
    {
      address: 'terraform_data.dropped',
      type: 'terraform_data',
      action: 'delete',
      reason: 'delete_because_no_resource_config',
    },
    {
      address: 'terraform_data.rebuilt',
      type: 'terraform_data',
      action: 'replace',
      reason: 'replace_because_cannot_update',
      forcedBy: ['triggers_replace'],
    },
    { address: 'terraform_data.added', type: 'terraform_data', action: 'create' },
    { address: 'terraform_data.kept', type: 'terraform_data', action: 'update' },
    {
      address: 'terraform_data.after',
      type: 'terraform_data',
      action: 'move',
      previousAddress: 'terraform_data.before',
    },
  ])
  expect(JSON.parse(outputs['counts'] ?? '')).toMatchObject({ delete: 1, replace: 1, create: 1, update: 1, move: 1 })
  expect(outputs).toMatchObject({ 'has-changes': 'true', kept: 'two', outputs: '{"kept":"two"}' })
  expect(outputs['fingerprint']).toMatch(/^[\w-]{22}$/)

  // The apply, line by line: a replacement is two operations.
  expect(log).toMatch(/^\[[0-4]\/5\] terraform_data\.dropped: destroying …$/m)
  expect(log).toMatch(/^\[[1-5]\/5\] terraform_data\.kept: updated in \d+ m?s$/m)
  expect(log).toMatch(/^\[5\/5\] terraform_data\.\w+: \w+ in \d+ m?s$/m)
})

test('counts a moved address or an output alone as a change', async () => {
  const web = stack('quiet', { 'main.tf': 'resource "terraform_data" "a" {}' })
  expect((await web.run({})).code).toBe(0)
  web.write({
    'main.tf': 'resource "terraform_data" "b" {}\nmoved {\n  from = terraform_data.a\n  to   = terraform_data.b\n}',
  })
  const moved = await web.run({})
  expect(moved).toMatchObject({ code: 0, outputs: { 'has-changes': 'true' } })
  expect((await web.state()).resources.map(({ name }) => name)).toEqual(['b'])
  web.write({ 'outputs.tf': 'output "name" {\n  value = "b"\n}' })
  expect(await web.run({})).toMatchObject({ code: 0, outputs: { 'has-changes': 'true', name: 'b' } })
  expect(await web.run({})).toMatchObject({ code: 0, outputs: { 'has-changes': 'false', name: 'b' } })
})

test('plans the same modules for another environment by backend key or workspace', async () => {
  const web = stack('environments', {
    'main.tf': `
      variable "size" {}
      resource "terraform_data" "web" {
        input = { size = var.size, workspace = terraform.workspace }
      }
      output "web" {
        value = terraform_data.web.output
      }`,
    'stage.tfvars': 'size = 1',
    'prod.tfvars': 'size = 3',
    'prod.tfbackend': 'key = "environments/prod.tfstate"\n',
  })
  const inputs = (environment: string) => ({ environment, 'var-file': `${environment}.tfvars` })
  const web1 = { size: 1, workspace: 'default' }
  // One after the other in one checkout: the backend that an earlier one has configured in .terraform must not be used for the next.
  const stage = await web.run({ ...inputs('stage'), 'backend-config': 'key=environments/stage.tfstate' })
  expect(JSON.parse(stage.outputs['outputs'] ?? '')).toEqual({ web: web1 })
  const prod = await web.run({ ...inputs('prod'), 'backend-config-file': 'prod.tfbackend' })
  expect(JSON.parse(prod.outputs['counts'] ?? '')).toMatchObject({ create: 1, update: 0 })
  expect(await stacks.store.keys('environments/')).toEqual(['environments/prod.tfstate', 'environments/stage.tfstate'])
  expect(prod.summary).toContain('### prod · infra')

  const blue = await web.run({ ...inputs('prod'), variables: 'size = 5', workspace: 'blue' })
  expect(JSON.parse(blue.outputs['outputs'] ?? '')).toEqual({ web: { size: 5, workspace: 'blue' } })
  expect(await stacks.store.keys('env:/blue/environments/')).toEqual(['env:/blue/environments/terraform.tfstate'])

  const green = await web.run({ ...inputs('prod'), variables: 'size = 6', workspace: 'green' })
  expect(JSON.parse(green.outputs['outputs'] ?? '')).toEqual({ web: { size: 6, workspace: 'green' } })

  // However a workspace is selected, its approval is valid for no other.
  const sealed = { ...inputs('prod'), variables: 'size = 6', 'fingerprint-key': 'a key for this test only' }
  const inBlue = { env: { TF_WORKSPACE: 'blue' } }
  const planned = await web.run({ ...sealed, command: 'plan' }, inBlue)
  expect(planned.summary).toContain('### prod · blue · infra')
  const verify = { ...sealed, command: 'verify', 'approved-plan': planned.outputs['approval'] ?? '' }
  expect((await web.run(verify)).log).toContain(
    'is for another stack: infra · prod · workspace blue · terraform-state/',
  )
  expect((await web.run(verify, inBlue)).code).toBe(0)
  expect((await web.run({ ...verify, workspace: 'blue' })).code).toBe(0)

  const still = await web.run({
    ...inputs('stage'),
    'backend-config': 'key=environments/stage.tfstate',
    command: 'plan',
  })
  expect(still).toMatchObject({ code: 0, outputs: { 'has-changes': 'false' } })
})

test('keeps a plan in the summary to 256 KiB, and says how much it leaves out', async () => {
  // Nearly 6 kB of details for each, in letters of two bytes.
  const large = stack('too-large', {
    'main.tf': `
      resource "terraform_data" "many" {
        count = 150
        input = { for key in range(10) : "key\${key}" => "${'ü'.repeat(280)}" }
      }`,
  })
  const { code, summary } = await large.run({ command: 'plan' })
  expect(code).toBe(0)
  const size = Buffer.byteLength(summary)
  expect(size).toBeLessThanOrEqual(256 * 1024)
  // The summary is full: one more resource would not fit.
  expect(size).toBeGreaterThan(240 * 1024)
  expect(summary).toContain('150 to create.')
  const told = summary.match(/<summary>🟢 create <code>terraform_data\.many\[\d+\]<\/code>/g) ?? []
  const left = /_The details of (\d+) more do not fit here; `terraform show` on the plan file has them\._/.exec(
    summary,
  )?.[1]
  expect(told.length + Number(left)).toBe(150)
})

test('shows the differences from another environment by address and path', async () => {
  const main = (kind: string, more = '') => `
    variable "environment" {}
    resource "terraform_data" "web" {
      input = { name = "web-\${var.environment}", kind = "${kind}", ports = [80, ${kind.length}] }
    }
    ${more}`
  const stage = stack('view-stage', { 'main.tf': main('public') })
  const prod = stack('view-prod', { 'main.tf': main('internal', 'resource "terraform_data" "extra" {}') })
  const inputs = (environment: string) => ({
    command: 'plan',
    environment,
    variables: `environment = "${environment}"`,
  })
  const staged = await stage.run(inputs('stage'))
  const compare = { 'compare-with': staged.outputs['planned-file'] ?? '' }

  const { summary, outputs } = await prod.run({ ...inputs('prod'), ...compare })
  expect(summary).toContain('<summary>⚠️ 3 differences from stage beyond keys, sizes and counts</summary>')
  const rows = [
    '| Resource | Attribute | In stage | Here |',
    '| `terraform_data.extra` |  | `not there` | `there` |',
    '| `terraform_data.web` | `input.kind` | `"public"` | `"internal"` |',
    '| `terraform_data.web` | `input.ports[1]` | `6` | `8` |',
  ]
  expect(rows.filter((row) => !summary.includes(row))).toEqual([])
  expect(JSON.parse(outputs['promotion-differences'] ?? '')).toHaveLength(3)

  // Compared the other way round; shown above the changes of the plan.
  const back = await stage.run({ ...inputs('stage'), 'compare-with': outputs['planned-file'] ?? '' })
  expect(back.summary).toContain('| `terraform_data.extra` |  | `there` | `not there` |')
  expect(back.summary.indexOf('differences from prod')).toBeLessThan(back.summary.indexOf('🟢 create'))
})
