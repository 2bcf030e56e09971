// Drift with the real AWS provider: changes outside Terraform, apart from pending ones.
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { source } from '../../support/run-action.ts'
import { BUCKET, useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

const MAIN = (content = 'one') => `
  provider "aws" {
    s3_use_path_style           = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
  }
  resource "aws_s3_object" "settings" {
    bucket  = "${BUCKET}"
    key     = "settings.txt"
    content = "${content}"
    etag    = md5("${content}")
  }
  resource "aws_s3_object" "other" {
    bucket  = "${BUCKET}"
    key     = "other.txt"
    content = "other"
    etag    = md5("other")
  }`

test('reports changes outside Terraform apart from pending ones, in an issue that it closes when they are gone', async () => {
  const web = stack('drift', { 'main.tf': MAIN() })
  expect((await web.run({})).code).toBe(0)
  await web.attachProvider()
  const repository = stacks.store.cloud.github.repository('acme/web')
  const drift = () =>
    web.run(
      { command: 'drift', environment: 'prod', 'drift-issue': 'true', 'github-token': 'any' },
      { env: { GITHUB_REPOSITORY: 'acme/web' } },
    )
  const found = async () => {
    const { code, outputs, log } = await drift()
    if (code !== 0) throw new Error(log)
    return { code, drift: outputs['drift'], pending: outputs['pending'] }
  }

  expect(await found()).toEqual({ code: 0, drift: '[]', pending: '[]' })
  expect(repository.issues.size).toBe(0)

  // Pending changes alone are not drift.
  const NEW = 'resource "terraform_data" "new" {}'
  web.write({ 'more.tf': NEW })
  expect(await found()).toEqual({ code: 0, drift: '[]', pending: '["terraform_data.new"]' })
  expect(repository.issues.size).toBe(0)
  web.write({ 'more.tf': '' })

  await stacks.store.put('settings.txt', 'changed by hand')
  expect(await found()).toEqual({ code: 0, drift: '["aws_s3_object.settings"]', pending: '[]' })
  await stacks.store.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'other.txt' }))
  web.write({ 'more.tf': NEW })
  expect(await found()).toEqual({
    code: 0,
    drift: '["aws_s3_object.other","aws_s3_object.settings"]',
    pending: '["terraform_data.new"]',
  })
  expect([...repository.issues.values()].map(({ title, state }) => ({ title, state }))).toEqual([
    { title: 'Terraform drift: prod · infra', state: 'open' },
  ])
  expect(repository.issue(1).body).toContain('Changed outside Terraform (2)')
  expect(repository.issue(1).body).toContain('In the configuration, not applied yet (1)')

  // A change to a third value does not revert the drift.
  web.write({ 'main.tf': MAIN('two') })
  expect((await found()).pending).toBe('["terraform_data.new","aws_s3_object.settings"]')
  web.write({ 'main.tf': MAIN() })

  const applied = await web.run({})
  expect(applied.code).toBe(0)
  // A plan also shows drift apart from its own changes.
  expect(applied.summary).toContain('2 to create, 1 to update.')
  expect(applied.summary).toContain('<summary>Changed outside Terraform (2)</summary>')
  expect(applied.summary).toMatch(/`aws_s3_object\.other` was deleted/)
  web.write({ 'more.tf': `${NEW}\nresource "terraform_data" "later" {}` })
  expect(await found()).toEqual({ code: 0, drift: '[]', pending: '["terraform_data.later"]' })
  expect(repository.issue(1)).toMatchObject({ state: 'closed', stateReason: 'completed' })
  expect(repository.commentsOf(1).map(({ body }) => body)).toEqual(['The drift is gone.'])
})
