// Plans of the real AWS provider: attributes that only AWS knows, a policy document that is read only during the apply, types that
// are protected by default. IAM and CloudWatch Logs are moto's.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { source } from '../../support/run-action.ts'
import { useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

const KEY = { 'fingerprint-key': 'a key for this test only' }

const PROVIDER = `
  provider "aws" {
    s3_use_path_style           = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
  }`

/** `may` is the action that the role is allowed on the bucket. Neither has an ARN before it is created, nor has the role a name. */
const WEB = ({ may = 's3:GetObject', retention = 30 } = {}) => `${PROVIDER}
  resource "aws_iam_role" "task" {
    name_prefix        = "web-"
    assume_role_policy = data.aws_iam_policy_document.trust.json
  }
  data "aws_iam_policy_document" "trust" {
    statement {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "Service"
        identifiers = ["ecs-tasks.amazonaws.com"]
      }
    }
  }
  resource "aws_s3_bucket" "uploads" {
    bucket = "uploads-of-web"
  }
  data "aws_iam_policy_document" "uploads" {
    statement {
      actions   = ["${may}"]
      resources = ["\${aws_s3_bucket.uploads.arn}/*"]
      principals {
        type        = "AWS"
        identifiers = [aws_iam_role.task.arn]
      }
    }
  }
  resource "aws_s3_bucket_policy" "uploads" {
    bucket = aws_s3_bucket.uploads.id
    policy = data.aws_iam_policy_document.uploads.json
  }
  resource "aws_cloudwatch_log_group" "web" {
    name              = "/web"
    retention_in_days = ${retention}
  }
  resource "aws_ecs_cluster" "web" {
    name = "web"
  }
  output "cluster" {
    value = aws_ecs_cluster.web.arn
  }`

/** The changes that AWS was asked for, without locks. */
const writes = () =>
  stacks.store.cloud.journal
    .entries('api')
    .filter(({ action, request }) => /^(?!Get|Head|List|Describe)/.test(String(action)) && !locks(request))
    .map(({ action }) => String(action))

const locks = (request: unknown) => JSON.stringify(request ?? '').includes('.tflock')

/** The defaults in action.yml, which the runner passes for inputs that a workflow does not set. */
function byDefault(input: string): Readonly<Record<string, string>> {
  const file = new URL('../../../actions/terraform-apply/action.yml', import.meta.url)
  const { inputs } = parse(readFileSync(file, 'utf8')) as { inputs: Record<string, { default: string }> }
  return { [input]: inputs[input]?.default ?? '' }
}

// One stack for all tests, in this order, and one provider after the first plan: each start takes seconds.
describe('a stack of the AWS provider', () => {
  let web: ReturnType<typeof stack>
  let approval = ''

  beforeAll(() => {
    web = stack('web', { 'main.tf': WEB() })
  })

  test('can be approved before its ARNs are known, and the same plan is then accepted', async () => {
    const planned = await web.run({ command: 'plan', ...KEY })
    expect(JSON.parse(planned.outputs['counts'] ?? '{}')).toMatchObject({ create: 5, read: 1 })
    approval = planned.outputs['approval'] ?? ''
    await web.attachProvider()
    const verified = await web.run({ command: 'verify', 'approved-plan': approval, ...KEY })
    expect(verified.log).toContain('Every change in the plan was approved.')
    expect(verified.code).toBe(0)
  })

  // The resulting policy is unknown until the apply.
  test('may not do more than was approved when a policy document is read only during the apply', async () => {
    web.write({ 'main.tf': WEB({ may: 's3:*' }) })
    const refused = await web.run({ command: 'verify', 'approved-plan': approval, ...KEY })
    expect(refused.log).toContain('The plan does more than was approved')
  })

  test('is applied as approved, and then has no changes left', async () => {
    web.write({ 'main.tf': WEB() })
    const applied = await web.run({ 'approved-plan': approval, ...KEY })
    expect(applied.log).toContain('5 added, 0 changed, 0 destroyed')
    expect(applied.outputs['cluster']).toMatch(/^arn:aws:ecs:.*:cluster\/web$/)
    const again = await web.run({ command: 'plan', ...KEY })
    expect(again.outputs['has-changes']).toBe('false')
  })

  test('cannot be changed further with the old approval', async () => {
    const [before, { serial }] = [writes(), await web.state()]
    web.write({ 'main.tf': WEB({ may: 's3:*', retention: 1 }) })
    const refused = await web.run({ 'approved-plan': approval, ...KEY })
    expect(refused.code).toBe(1)
    expect(refused.log).toContain('The plan does more than was approved')
    expect(refused.log).toContain('aws_s3_bucket_policy.uploads (update)')
    expect(refused.log).toContain('aws_cloudwatch_log_group.web (update)')
    expect(writes()).toEqual(before)
    expect((await web.state()).serial).toBe(serial)
  })

  test('keeps its bucket by the default protected types, until `allow-destructive` names it', async () => {
    web.write({ 'main.tf': PROVIDER })
    const before = writes()
    const refused = await web.run(byDefault('protected-types'))
    expect(refused.code).toBe(1)
    // Nothing else is stopped.
    expect(/::error::The guard rails stop this plan:%0A {2}(.*?)%0ANext: /.exec(refused.log)?.[1]).toBe(
      'aws_s3_bucket.uploads: would be destroyed, and aws_s3_bucket is a protected type',
    )
    expect(writes()).toEqual(before)
    const named = { ...byDefault('protected-types'), 'allow-destructive': 'aws_s3_bucket.uploads' }
    const lifted = await web.run(named)
    expect(lifted.code).toBe(0)
    expect(writes().slice(before.length)).toContain('DeleteBucket')
    expect((await web.state()).resources).toEqual([])
  })
})

test('logs every ten seconds that a long operation is still running', async () => {
  const slow = stack('slow', {
    'main.tf': `
      resource "terraform_data" "slow" {
        provisioner "local-exec" {
          command = "sleep 11"
        }
      }`,
  })
  const { code, log } = await slow.run({})
  expect(code).toBe(0)
  const told = log.split('\n').filter((line) => /^\[\d\/\d\]/.test(line))
  expect(told).toEqual([
    '[0/1] terraform_data.slow: creating …',
    // Terraform rounds the seconds, and a busy machine is late.
    expect.stringMatching(/^\[0\/1\] terraform_data\.slow: still creating, 1\d s$/),
    expect.stringMatching(/^\[1\/1\] terraform_data\.slow: created in \d+ s$/),
  ])
})
