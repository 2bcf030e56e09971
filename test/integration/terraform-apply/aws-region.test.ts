// `aws-region` sets the region of Terraform's providers, whatever the environment says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { source } from '../../support/run-action.ts'
import { useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const { stack } = useStacks(source('terraform-apply'))

const MAIN = `
  resource "terraform_data" "region" {
    provisioner "local-exec" {
      command = "echo $AWS_REGION $AWS_DEFAULT_REGION > region"
    }
  }`

test.each([
  ['its own', { 'aws-region': 'eu-central-1' }, 'eu-central-1 eu-central-1'],
  ["the environment's", {}, 'us-west-2'],
])('runs Terraform in %s region', async (_, inputs: Record<string, string>, expected) => {
  const web = stack(`region-${Object.keys(inputs).length}`, { 'main.tf': MAIN })
  const env = { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: '' }
  expect(await web.run(inputs, { env })).toMatchObject({ code: 0 })
  expect(readFileSync(join(web.directory, 'region'), 'utf8').trim()).toBe(expected)
})

test('refuses an invalid region before it starts Terraform', async () => {
  const { code, log } = await stack('region-bad', { 'main.tf': MAIN }).run({ 'aws-region': 'eu-central-1a' })
  expect(code).toBe(1)
  expect(log).toContain('Input `aws-region` is `eu-central-1a`, which is not the name of a region.')
  expect(log).not.toContain('terraform init')
})
