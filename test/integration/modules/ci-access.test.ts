// terraform/modules/ci-access, applied by a real Terraform to the rehearsal cloud; what it made is read back from IAM, and its
// trust policies are asked about tokens as GitHub makes them. Needs Terraform, its AWS provider, moto.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { type AttachedProvider, startProvider } from '../../support/terraform-apply/attached-provider.ts'
import { terraformConfig } from '../../support/terraform-apply/terraform-files.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'slipway-ci-access-'))
let cloud: Cloud
let iam: IAMClient
let provider: AttachedProvider | undefined

interface Ran {
  readonly code: number
  readonly output: string
}

function terraform(...args: string[]): Promise<Ran> {
  const env = {
    ...process.env,
    ...cloud.env,
    ...provider?.env,
    TF_CLI_CONFIG_FILE: terraformConfig(),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  }
  return new Promise((resolve) => {
    execFile('terraform', args, { cwd: folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code) || 1, output: stdout + stderr })
    })
  })
}

async function succeeded(ran: Promise<Ran>): Promise<string> {
  const { code, output } = await ran
  expect(code === 0 ? '' : output).toBe('')
  return output
}

/** A policy as IAM returns it. */
const decoded = (document = ''): Policy => JSON.parse(decodeURIComponent(document)) as Policy

function write(environments: string, more = ''): void {
  writeFileSync(
    join(folder, 'main.tf'),
    `provider "aws" {}
     module "ci_access" {
       source       = "./ci-access"
       repository   = "org/web"
       environments = ${environments}
       ${more}
     }
     module "by_id" {
       source           = "./ci-access"
       repository       = "org/web"
       owner_id         = "12"
       repository_id    = 345
       create_provider  = false
       role_name_prefix = "by-id-"
       environments     = { production = {}, nightly = { branches = ["release/*"] } }
     }
     resource "aws_iam_policy" "infrastructure" {
       name   = "infrastructure"
       policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ec2:*", Resource = "*" }] })
     }
     output "role_arns" { value = module.ci_access.role_arns }`,
  )
}

const ENVIRONMENTS = `{
  production = {
    clusters     = ["production"]
    repositories = ["web"]
    pull_from    = ["arn:aws:ecr:eu-west-1:210987654321:repository/web"]
    pass_roles   = ["production-web-*"]
    secrets      = ["web/*"]
    state        = { bucket = "state", prefix = "web/production/", kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1-2" }
    policy_arns  = [aws_iam_policy.infrastructure.arn]
  }
  nightly = { branches = ["main", "release/*"], tags = ["v*"] }
  plan    = { pull_requests = true }
  chained = { trusted_roles = ["arn:aws:iam::111111111111:role/web-deploy-login"] }
}`

interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Principal?: { readonly Federated: string } | { readonly AWS: string }
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}
interface Policy {
  readonly Statement: readonly Statement[]
}
const all = (value: string | readonly string[] | undefined) => [value ?? []].flat()

/** Whether a trust policy lets a token in, as IAM decides it: every condition, any of its values. */
function trusts({ Statement }: Policy, claims: Readonly<Record<string, string>>): boolean {
  const said = Object.fromEntries(
    Object.entries(claims).map(([claim, value]) => [`token.actions.githubusercontent.com:${claim}`, value]),
  )
  const tests: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
    StringEquals: (value, wanted) => value === wanted,
    StringLike: (value, wanted) =>
      new RegExp(
        `^${wanted
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
      ).test(value),
  }
  return Statement.some(({ Condition = {} }) =>
    Object.entries(Condition).every(([test, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        all(wanted).some((one) => tests[test]?.(said[key] ?? '', one) ?? false),
      ),
    ),
  )
}

/** The actions in the policy that an action's README shows. */
function asked(action: string): readonly string[] {
  const readme = readFileSync(join(repository, 'actions', action, 'README.md'), 'utf8')
  const [, policy = ''] = /<!-- permissions -->\n\n```json\n([\s\S]*?)```/.exec(readme) ?? []
  return (JSON.parse(policy) as Policy).Statement.flatMap(({ Action }) => all(Action))
}

const known = new Map<string, Policy>()
async function trustOf(role: string): Promise<Policy> {
  const seen = known.get(role)
  if (seen !== undefined) return seen
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }))
  const trust = decoded(Role?.AssumeRolePolicyDocument)
  known.set(role, trust)
  return trust
}

beforeAll(async () => {
  cloud = await startCloud()
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = cloud.env
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
  iam = new IAMClient({ endpoint: cloud.url, region: 'us-east-1', credentials })
  cpSync(join(repository, 'terraform/modules/ci-access'), join(folder, 'ci-access'), { recursive: true })
  write(ENVIRONMENTS)
  await succeeded(terraform('init', '-no-color', '-input=false'))
  provider = await startProvider(folder, cloud.env)
})

afterAll(async () => {
  provider?.stop()
  iam.destroy()
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

test('makes the provider and a role for each environment, with nothing left to do', async () => {
  await succeeded(terraform('apply', '-no-color', '-input=false', '-auto-approve'))
  await succeeded(terraform('plan', '-no-color', '-input=false', '-detailed-exitcode'))
  const outputs = JSON.parse(await succeeded(terraform('output', '-json'))) as { role_arns: { value: object } }
  expect(outputs.role_arns.value).toEqual({
    production: 'arn:aws:iam::123456789012:role/web-deploy-production',
    nightly: 'arn:aws:iam::123456789012:role/web-deploy-nightly',
    plan: 'arn:aws:iam::123456789012:role/web-deploy-plan',
    chained: 'arn:aws:iam::123456789012:role/web-deploy-chained',
  })
  expect(await iam.send(new ListOpenIDConnectProvidersCommand())).toMatchObject({
    OpenIDConnectProviderList: [{ Arn: expect.stringContaining('oidc-provider/token.actions.githubusercontent.com') }],
  })
})

const AUD = 'sts.amazonaws.com'
test.each([
  ['production', 'repo:org/web:environment:production', AUD, true],
  ['production', 'repo:org/web:environment:stage', AUD, false],
  ['production', 'repo:org/web:environment:production-2', AUD, false],
  ['production', 'repo:org/web:ref:refs/heads/main', AUD, false],
  ['production', 'repo:org/web:pull_request', AUD, false],
  ['production', 'repo:org/other:environment:production', AUD, false],
  ['production', 'repo:evil/web:environment:production', AUD, false],
  ['production', 'repo:org/web:environment:production', 'other', false],
  ['nightly', 'repo:org/web:ref:refs/heads/main', AUD, true],
  ['nightly', 'repo:org/web:ref:refs/heads/release/2', AUD, true],
  ['nightly', 'repo:org/web:ref:refs/tags/v1.2.3', AUD, true],
  ['nightly', 'repo:org/web:ref:refs/heads/mainline', AUD, false],
  ['nightly', 'repo:org/web:ref:refs/heads/feature', AUD, false],
  ['nightly', 'repo:org/web:ref:refs/tags/nightly', AUD, false],
  ['nightly', 'repo:org/web:environment:nightly', AUD, false],
  ['plan', 'repo:org/web:pull_request', AUD, true],
  ['plan', 'repo:org/web:environment:production', AUD, false],
])('the role of %s asked by %s for %s: %s', async (environment, sub, aud, answer) => {
  expect(trusts(await trustOf(`web-deploy-${environment}`), { sub, aud, repository: repositoryIn(sub) })).toBe(answer)
})

/** The claim `repository` of a token with that subject: the names without their ids. */
const repositoryIn = (sub: string) => (sub.split(':')[1] ?? '').replace(/@\d+/g, '')

test.each([
  ['web-deploy-production', 'repo:org@12/web@345:environment:production', true],
  ['web-deploy-production', 'repo:org@98/web@765:environment:production', true],
  ['web-deploy-production', 'repo:org@12/web@345:environment:stage', false],
  ['web-deploy-production', 'repo:org@12/web@345:ref:refs/heads/main', false],
  ['web-deploy-production', 'repo:org@12/other@346:environment:production', false],
  ['web-deploy-production', 'repo:evil@13/web@347:environment:production', false],
  ['web-deploy-nightly', 'repo:org@12/web@345:ref:refs/heads/release/2', true],
  ['web-deploy-nightly', 'repo:org@12/web@345:ref:refs/tags/v1', true],
  ['web-deploy-nightly', 'repo:org@12/web@345:ref:refs/heads/feature', false],
  ['web-deploy-plan', 'repo:org@12/web@345:pull_request', true],
  // What other repositories of the owner could have their subject say, with branches of such names.
  ['web-deploy-production', 'repo:org@12/other@346:ref:refs/heads/x/web@3:environment:production', false],
  ['web-deploy-nightly', 'repo:org@12/other@346:environment:x/web@3:ref:refs/heads/main', false],
  ['by-id-production', 'repo:org@12/web@345:environment:production', true],
  ['by-id-production', 'repo:org/web:environment:production', false],
  ['by-id-production', 'repo:org@13/web@345:environment:production', false],
  ['by-id-production', 'repo:org@12/web@346:environment:production', false],
  ['by-id-production', 'repo:org@12/web@3456:environment:production', false],
  ['by-id-nightly', 'repo:org@12/web@345:ref:refs/heads/release/2', true],
  ['by-id-nightly', 'repo:org/web:ref:refs/heads/release/2', false],
])('the role %s asked by %s, which names ids: %s', async (role, sub, answer) => {
  expect(trusts(await trustOf(role), { sub, aud: AUD, repository: repositoryIn(sub) })).toBe(answer)
})

test('a role that another role becomes trusts that one, and no token', async () => {
  expect((await trustOf('web-deploy-chained')).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: ['sts:TagSession', 'sts:AssumeRole'],
      Principal: { AWS: 'arn:aws:iam::111111111111:role/web-deploy-login' },
    },
  ])
})

test('a role may do what was named, and no more', async () => {
  const role = { RoleName: 'web-deploy-production' }
  const policyOf = async (PolicyName: string) =>
    decoded((await iam.send(new GetRolePolicyCommand({ ...role, PolicyName }))).PolicyDocument).Statement
  const deploy = await policyOf('deploy')
  const passRole = deploy.find(({ Action }) => all(Action).includes('iam:PassRole'))
  expect(all(passRole?.Resource)).toEqual(['arn:aws:iam::123456789012:role/production-web-*'])
  const look = deploy.find(({ Action }) => all(Action).includes('iam:GetRole'))
  expect(all(look?.Resource)).toEqual(['arn:aws:iam::123456789012:role/production-web-*'])
  const secrets = deploy.filter(({ Action }) => all(Action).some((action) => action.startsWith('secretsmanager:')))
  expect(secrets).toEqual([
    {
      Sid: 'LookForSecrets',
      Effect: 'Allow',
      Action: 'secretsmanager:DescribeSecret',
      Resource: 'arn:aws:secretsmanager:*:123456789012:secret:web/*-??????',
    },
  ])
  const logs = deploy.filter(({ Action }) => all(Action).some((action) => action.startsWith('logs:')))
  for (const { Resource } of logs) expect(Resource).toBe('arn:aws:logs:*:123456789012:log-group:*')
  const update = deploy.find(({ Action }) => all(Action).includes('ecs:UpdateService'))
  for (const resource of all(update?.Resource)) expect(resource).toContain('/production/')
  for (const { Resource, Action, Condition } of deploy) {
    // What is allowed on everything can be looked at or registered, or is tied to the clusters.
    if (!all(Resource).includes('*') || Condition !== undefined) continue
    for (const action of all(Action))
      expect(action).toMatch(/:(Describe|Get|List|RegisterTaskDefinition$|TagResource$)/)
  }
  const images = await policyOf('images')
  const may = [...deploy, ...images].flatMap(({ Action }) => all(Action))
  for (const action of asked('deploy-ecs')) expect(may).toContain(action)
  const push = images.find(({ Action }) => all(Action).includes('ecr:PutImage'))
  expect(all(push?.Resource)).toEqual(['arn:aws:ecr:*:123456789012:repository/web'])
  const scans = images.find(({ Sid }) => Sid === 'ReadEnhancedScans')
  expect(all(scans?.Action).toSorted()).toEqual(['inspector2:ListCoverage', 'inspector2:ListFindings'])
  expect(scans?.Resource).toBe('*')
  const abroad = images.filter(({ Resource }) => all(Resource).join().includes('210987654321'))
  expect(abroad).toEqual([
    {
      Sid: 'TakeOver',
      Effect: 'Allow',
      Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      Resource: 'arn:aws:ecr:eu-west-1:210987654321:repository/web',
    },
  ])
  const state = (await policyOf('terraform-state')).find(({ Action }) => all(Action).includes('s3:PutObject'))
  expect(all(state?.Resource)).toEqual(['arn:aws:s3:::state/web/production/*'])
  const key = (await policyOf('terraform-state')).find(({ Sid }) => Sid === 'EncryptIt')
  expect(all(key?.Action).toSorted()).toEqual(['kms:Decrypt', 'kms:GenerateDataKey'])
  expect(all(key?.Resource)).toEqual(['arn:aws:kms:eu-west-1:123456789012:key/1-2'])
  expect(await iam.send(new ListAttachedRolePoliciesCommand(role))).toMatchObject({
    AttachedPolicies: [{ PolicyName: 'infrastructure' }],
  })
  expect(await iam.send(new ListRolePoliciesCommand({ RoleName: 'web-deploy-plan' }))).toMatchObject({
    PolicyNames: [],
  })
})

/** What is refused, by the name of the module that asks for it, and the words that say so. */
type Refused = Readonly<Record<string, readonly [environment: string, words: string, more?: string]>>

test('refuses settings that trust too many jobs, or none, by name before anything is changed', async () => {
  const refused: Refused = {
    any_branch: ['{ branches = ["*"] }', 'would trust every branch'],
    claim_in_disguise: [
      '{ tags = ["v1:environment:production"] }',
      'A branch or tag must not begin with a wildcard or contain a colon',
    ],
    any_environment: ['{ github_environments = ["prod*"] }', 'without wildcards'],
    deploying_pull_requests: ['{ pull_requests = true, clusters = ["a"] }', 'must not deploy'],
    any_repository: [
      '{ repositories = ["web"], pull_from = ["arn:aws:ecr:eu-west-1:210987654321:repository/*"] }',
      'pull_from are ARNs of repositories in full',
    ],
    nowhere_to_put_it: [
      '{ pull_from = ["arn:aws:ecr:eu-west-1:210987654321:repository/web"] }',
      'name that in repositories',
    ],
    any_role: ['{ trusted_roles = ["arn:aws:iam::111111111111:role/*"] }', 'trusted_roles are ARNs of roles in full'],
    none: ['{ github_environments = [] }', 'No job could assume the role'],
    short: ['{ max_session_duration = 900 }', 'max_session_duration is from'],
    any_owner: ['{}', 'owner_id is a number', 'owner_id = "*"'],
    any_id: ['{}', 'repository_id is a number', 'repository_id = "1*"'],
  }
  await expectRefused(refused)
  // What is about two variables Terraform finds out later, where there is nothing else.
  await expectRefused({ only_the_owner: ['{}', 'Give both owner_id and repository_id', 'owner_id = "1"'] })
})

/** In one plan for all of them: it takes Terraform seconds to start. */
async function expectRefused(refused: Refused): Promise<void> {
  const modules = Object.entries(refused).map(
    ([name, [environment, , more = '']]) =>
      `module "${name}" {
           source       = "./ci-access"
           repository   = "org/web"
           environments = { x = ${environment} }
           ${more}
         }`,
  )
  write(ENVIRONMENTS)
  writeFileSync(join(folder, 'refused.tf'), modules.join('\n'))
  await succeeded(terraform('get', '-no-color'))
  const { code, output } = await terraform('plan', '-no-color', '-input=false', '-refresh=false')
  rmSync(join(folder, 'refused.tf'))
  expect(code).toBe(1)
  const said = output.replace(/\s*\n[│\s]*/g, ' ')
  for (const [name, [, words]] of Object.entries(refused)) {
    expect(said).toContain(`module "${name}"`)
    expect(said).toContain(words)
  }
}

test('has no provider of its own with create_provider = false, and its destroy leaves no role', async () => {
  write(ENVIRONMENTS, 'create_provider = false')
  const plan = await succeeded(terraform('plan', '-no-color', '-input=false'))
  expect(plan).toContain('Plan: 0 to add, 0 to change, 1 to destroy.')
  write(ENVIRONMENTS)
  await succeeded(terraform('destroy', '-no-color', '-input=false', '-auto-approve'))
  expect(await iam.send(new ListRolesCommand())).toMatchObject({ Roles: [] })
})
