// The committed bundle, a real Terraform, and a state in the rehearsal cloud's S3.
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { bundle, runStep } from '../support/run-action.ts'
import { useStacks } from '../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(bundle('terraform-apply'))
const { stack } = stacks

test('plans, applies and plans again without changes, with the state in S3 and no lock left', async () => {
  const web = stack('web', {
    'main.tf': `
      variable "password" {
        sensitive = true
      }
      variable "image" {}
      resource "terraform_data" "service" {
        input = var.image
      }
      output "service-image" {
        value = terraform_data.service.output
      }
      output "ports" {
        value = [80, 443]
      }
      output "password" {
        value     = var.password
        sensitive = true
      }`,
    'stage.tfvars': 'image = "web@sha256:abc"',
  })
  const inputs = { 'var-file': 'stage.tfvars', variables: 'password = "correct horse battery staple"' }

  const planned = await web.run({ ...inputs, command: 'plan' })
  expect(planned).toMatchObject({ code: 0, outputs: { 'has-changes': 'true' } })
  expect(await stacks.store.keys('web/')).toEqual([])

  const applied = await web.run(inputs)
  expect(applied).toMatchObject({
    code: 0,
    outputs: {
      'service-image': 'web@sha256:abc',
      ports: '[80,443]',
      password: 'correct horse battery staple',
      outputs: JSON.stringify({ password: '***', ports: [80, 443], 'service-image': 'web@sha256:abc' }),
    },
  })
  expect(applied.log).toContain('::add-mask::correct horse battery staple')
  expect(applied.log.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain('correct horse')
  expect((await web.state()).resources.map(({ name }) => name)).toEqual(['service'])
  expect(await stacks.store.keys('web/')).not.toContain('web/terraform.tfstate.tflock')

  const again = await web.run(inputs)
  expect(again).toMatchObject({ code: 0, outputs: { 'has-changes': 'false', 'service-image': 'web@sha256:abc' } })
})

test('applies exactly the saved plan, and refuses a stale one', async () => {
  const jobs = stack('jobs', { 'main.tf': 'resource "terraform_data" "job" {\n  input = "first"\n}' })
  const planned = await jobs.run({ command: 'plan' })
  const planFile = planned.outputs['plan-file'] ?? ''

  jobs.write({ 'main.tf': 'resource "terraform_data" "other" {\n  input = "second"\n}' })
  expect(await jobs.run({ 'plan-file': planFile })).toMatchObject({ code: 0 })
  expect((await jobs.state()).resources.map(({ name }) => name)).toEqual(['job'])

  const stale = await jobs.run({ 'plan-file': planFile })
  expect(stale.code).toBe(1)
  expect(stale.log).toContain('the state has changed since it was made')
})

test('refuses a local state before anything is created, and says how to add a backend', async () => {
  const local = stack('local', { 'main.tf': 'resource "terraform_data" "a" {}', 'backend.tf': '' })
  const refused = await local.run({})
  expect(refused.code).toBe(1)
  expect(refused.log).toContain('`infra` keeps its state in a local file')
  expect(refused.log).toContain('backend "s3"')
  expect(refused.log).toContain('migrate-state')
})

test('waits for Terraform in the post step when the bundle was killed', async () => {
  const slow = stack('slow', {
    'main.tf': `
      resource "terraform_data" "a" {
        provisioner "local-exec" {
          command = "while [ ! -e go ]; do sleep 0.1; done"
        }
      }`,
  })
  const step = slow.start({})
  while (!step.log().includes('terraform_data.a: creating')) await delay(20)
  step.child.kill('SIGKILL')
  const { state } = await step.ended
  writeFileSync(`${slow.directory}/go`, '')
  const post = await runStep(bundle('terraform-apply').replace('index.js', 'post.js'), {
    inputs: { 'working-directory': 'infra' },
    env: slow.env,
    state,
  })
  expect(post.code).toBe(0)
  expect(post.log).toContain('Terraform apply completed after the step: 1 added, 0 changed, 0 destroyed.')
  expect(await stacks.store.keys('slow/')).not.toContain('slow/terraform.tfstate.tflock')
  expect((await slow.state()).resources.map(({ name }) => name)).toEqual(['a'])
})
