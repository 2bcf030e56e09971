// terraform/modules/ci-access, applied by a real Terraform to the rehearsal cloud; what it made is read back from IAM, and its
// trust policies are asked about tokens as GitHub makes them. Needs Terraform, its AWS provider, moto.
import {
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam'
import { decide } from '../../../rehearsal/cloud/iam/decide.ts'
import { type Policy, parsePolicy } from '../../../rehearsal/cloud/iam/policy.ts'
import { ModuleStack } from '../../support/modules/module-stack.ts'

let stack: ModuleStack

const write = (environments: string, more = ''): void =>
  stack.write(
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

const ENVIRONMENTS = `{
  production = {
    clusters     = ["production"]
    repositories = ["web"]
    pull_from    = ["arn:aws:ecr:eu-west-1:210987654321:repository/web"]
    pass_roles   = ["production-web-task", "web/*"]
    infrastructure_roles = ["production-web-volumes"]
    secrets      = ["web/*"]
    state        = { bucket = "state", keys = ["web/production.tfstate", "web/production/*"], kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1-2" }
    policy_arns  = [aws_iam_policy.infrastructure.arn]
  }
  nightly = { branches = ["main", "release/*"], tags = ["v*"] }
  plan    = {
    pull_requests = true
    state         = { bucket = "state", keys = ["web/production.tfstate"], read_only = true }
    policy_arns   = ["arn:aws:iam::aws:policy/ReadOnlyAccess", aws_iam_policy.infrastructure.arn]
  }
  chained = { trusted_roles = ["arn:aws:iam::111111111111:role/web-deploy-login"] }
}`

const ISSUER = 'token.actions.githubusercontent.com'
const PROVIDER = `arn:aws:iam::123456789012:oidc-provider/${ISSUER}`

/** Whether a trust policy lets a token of GitHub in. */
function trusts(trust: Policy, claims: Readonly<Record<string, string>>): boolean {
  const context = Object.fromEntries(Object.entries(claims).map(([claim, value]) => [`${ISSUER}:${claim}`, value]))
  const request = { action: 'sts:AssumeRoleWithWebIdentity', resource: undefined, context }
  return decide({ ...request, principal: { Federated: [PROVIDER] } }, [trust]).answer === 'allowed'
}

const known = new Map<string, Policy>()
async function trustOf(role: string): Promise<Policy> {
  const trust = known.get(role) ?? parsePolicy(await stack.trust(role))
  known.set(role, trust)
  return trust
}

beforeAll(async () => {
  stack = await ModuleStack.start('ci-access')
  write(ENVIRONMENTS)
  await stack.init()
})
afterAll(() => stack.close())

test('makes the provider and a role for each environment, with nothing left to do', async () => {
  await stack.apply()
  await stack.succeeded('plan', '-input=false', '-detailed-exitcode')
  const outputs = JSON.parse(await stack.succeeded('output', '-json')) as { role_arns: { value: object } }
  expect(outputs.role_arns.value).toEqual({
    production: 'arn:aws:iam::123456789012:role/web-deploy-production',
    nightly: 'arn:aws:iam::123456789012:role/web-deploy-nightly',
    plan: 'arn:aws:iam::123456789012:role/web-deploy-plan',
    chained: 'arn:aws:iam::123456789012:role/web-deploy-chained',
  })
  expect(await stack.iam.send(new ListOpenIDConnectProvidersCommand())).toMatchObject({
    OpenIDConnectProviderList: [{ Arn: PROVIDER }],
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
  const trust = await trustOf('web-deploy-chained')
  const asked = (action: string, principal: Readonly<Record<string, readonly string[]>>) =>
    decide({ action, resource: undefined, context: {}, principal }, [trust]).answer
  for (const action of ['sts:AssumeRole', 'sts:TagSession']) {
    expect(asked(action, { AWS: ['arn:aws:iam::111111111111:role/web-deploy-login'] })).toBe('allowed')
    expect(asked(action, { AWS: ['arn:aws:iam::111111111111:role/other', '111111111111'] })).toBe('implicit-deny')
  }
  expect(asked('sts:AssumeRoleWithWebIdentity', { Federated: [PROVIDER] })).toBe('implicit-deny')
})

const arn = (service: string, resource: string, account = '123456789012') =>
  `arn:aws:${service}:eu-west-1:${account}:${resource}`
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const object = (key: string) => `arn:aws:s3:::state/${key}`
const inCluster = (name: string) => ({ 'ecs:cluster': arn('ecs', `cluster/${name}`) })
const passedTo = (service: string) => ({ 'iam:PassedToService': `${service}.amazonaws.com` })
const created = (by: string) => ({ 'ecs:CreateAction': by })

/** What a role may not do, beside what it may. The test of all calls of the actions is permissions.test.ts. */
test.each<[role: string, action: string, resource: string, context: Readonly<Record<string, string>>, may: boolean]>([
  ['production', 'ecs:UpdateService', arn('ecs', 'service/production/web'), {}, true],
  ['production', 'ecs:UpdateService', arn('ecs', 'service/production2/web'), {}, false],
  ['production', 'ecs:DeleteService', arn('ecs', 'service/production/web'), {}, false],
  ['production', 'ecs:RunTask', arn('ecs', 'task-definition/web:1'), inCluster('production'), true],
  ['production', 'ecs:RunTask', arn('ecs', 'task-definition/web:1'), inCluster('other'), false],
  ['production', 'ecs:TagResource', arn('ecs', 'task-definition/web:1'), created('RegisterTaskDefinition'), true],
  ['production', 'ecs:TagResource', arn('ecs', 'task/production/*'), created('RunTask'), true],
  ['production', 'ecs:TagResource', arn('ecs', 'task-definition/web:1'), {}, false],
  ['production', 'ecs:TagResource', arn('ecs', 'cluster/production'), created('CreateCluster'), false],
  ['production', 'logs:GetLogEvents', arn('logs', 'log-group:/ecs/production/web:log-stream:web/1'), {}, true],
  ['production', 'logs:GetLogEvents', arn('logs', 'log-group:/ecs/production2/web:log-stream:web/1'), {}, false],
  ['production', 'logs:GetLogEvents', arn('logs', 'log-group:/aws/lambda/pay:log-stream:1'), {}, false],
  ['production', 'iam:PassRole', role('production-web-task'), passedTo('ecs-tasks'), true],
  ['production', 'iam:PassRole', role('web/task'), passedTo('ecs-tasks'), true],
  ['production', 'iam:PassRole', role('production-web-task'), passedTo('lambda'), false],
  ['production', 'iam:PassRole', role('production-web-task-admin'), passedTo('ecs-tasks'), false],
  ['production', 'iam:PassRole', role('web-admin/task'), passedTo('ecs-tasks'), false],
  ['production', 'iam:PassRole', role('production-web-volumes'), passedTo('ecs'), true],
  ['production', 'iam:PassRole', role('production-web-volumes'), passedTo('ecs-tasks'), false],
  ['production', 'secretsmanager:DescribeSecret', arn('secretsmanager', 'secret:web/token-AbCdEf'), {}, true],
  ['production', 'secretsmanager:DescribeSecret', arn('secretsmanager', 'secret:web-admin/token-AbCdEf'), {}, false],
  ['production', 'secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:web/token-AbCdEf'), {}, false],
  ['production', 'ecr:PutImage', arn('ecr', 'repository/web'), {}, true],
  ['production', 'ecr:PutImage', arn('ecr', 'repository/web-admin'), {}, false],
  ['production', 'ecr:BatchGetImage', arn('ecr', 'repository/web', '210987654321'), {}, true],
  ['production', 'ecr:PutImage', arn('ecr', 'repository/web', '210987654321'), {}, false],
  ['production', 's3:PutObject', object('web/production.tfstate'), {}, true],
  ['production', 's3:PutObject', object('web/production.tfstate.holder.json'), {}, true],
  ['production', 's3:PutObject', object('web/production/network.tfstate'), {}, true],
  ['production', 's3:PutObject', object('web/production2.tfstate'), {}, false],
  ['production', 's3:PutObject', object('web/production.tfstate2'), {}, false],
  ['production', 's3:PutObject', object('web/production2/network.tfstate'), {}, false],
  ['production', 's3:DeleteObject', object('web/production.tfstate.tflock'), {}, true],
  ['production', 's3:DeleteObject', object('web/production/network.tfstate.tflock'), {}, true],
  ['production', 's3:DeleteObject', object('web/production.tfstate'), {}, false],
  ['production', 's3:DeleteObject', object('web/production/network.tfstate'), {}, false],
  ['production', 's3:DeleteObjectVersion', object('web/production.tfstate.tflock'), {}, false],
  ['production', 'kms:Decrypt', arn('kms', 'key/1-2'), {}, true],
  ['production', 'kms:Decrypt', arn('kms', 'key/3-4'), {}, false],
  ['plan', 's3:GetObject', object('web/production.tfstate'), {}, true],
  ['plan', 's3:PutObject', object('web/production.tfstate'), {}, false],
  ['plan', 's3:PutObject', object('web/production.tfstate.errored-7-1'), {}, false],
  ['plan', 's3:PutObject', object('web/production.tfstate.tflock'), {}, true],
  ['plan', 's3:DeleteObject', object('web/production.tfstate.tflock'), {}, true],
  ['plan', 's3:DeleteObject', object('web/production.tfstate'), {}, false],
])('the role of %s asks %s on %s %j: %s', async (environment, action, resource, context, may) => {
  const policies = await stack.policies(`web-deploy-${environment}`)
  expect(decide({ action, resource, context }, policies).answer).toBe(may ? 'allowed' : 'implicit-deny')
})

test('attaches the policies that it is given, and none of its own to a role without permissions', async () => {
  expect(
    await stack.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'web-deploy-production' })),
  ).toMatchObject({ AttachedPolicies: [{ PolicyName: 'infrastructure' }] })
  expect(await stack.iam.send(new ListRolePoliciesCommand({ RoleName: 'web-deploy-nightly' }))).toMatchObject({
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
    passing_pull_requests: ['{ pull_requests = true, pass_roles = ["a"] }', 'must not deploy'],
    writing_pull_requests: [
      '{ pull_requests = true, state = { bucket = "state", keys = ["web.tfstate"] } }',
      "must not write Terraform's state: that is deploying. Set state.read_only = true",
    ],
    administering_pull_requests: [
      '{ pull_requests = true, policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess"] }',
      'only those policies of AWS that read',
    ],
    powerful_pull_requests: [
      '{ pull_requests = true, policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/PowerUserAccess"] }',
      'only those policies of AWS that read',
    ],
    all_clusters: ['{ clusters = ["*"] }', 'clusters are names in full'],
    clusters_by_prefix: ['{ clusters = ["prod*"] }', 'clusters are names in full'],
    all_repositories: ['{ repositories = ["*"] }', 'repositories are names in full'],
    repositories_by_prefix: ['{ repositories = ["web*"] }', 'would match the repository `web-admin`'],
    all_roles: ['{ clusters = ["a"], pass_roles = ["*"] }', 'every role, also one of an administrator'],
    roles_by_prefix: [
      '{ clusters = ["a"], pass_roles = ["stage-web-*"] }',
      'would match the roles of a service `web-admin`',
    ],
    roles_for_ecs_by_prefix: [
      '{ clusters = ["a"], infrastructure_roles = ["stage-*"] }',
      'infrastructure_roles are names in full',
    ],
    all_log_groups: ['{ clusters = ["a"], log_groups = ["*"] }', 'log_groups are names in full'],
    secrets_by_prefix: ['{ clusters = ["a"], secrets = ["web*"] }', 'secrets and log_groups are names in full'],
    roles_for_nothing: ['{ pass_roles = ["a"] }', 'are for deploys: name the clusters, too'],
    logs_for_nothing: ['{ log_groups = ["/ecs/a"] }', 'are for deploys: name the clusters, too'],
    all_states: ['{ state = { bucket = "state", keys = ["*"] } }', 'state.keys are keys in full'],
    states_by_prefix: [
      '{ state = { bucket = "state", keys = ["web/prod*"] } }',
      'would match `web/production.tfstate`',
    ],
    states_of_a_folder_without_wildcard: [
      '{ state = { bucket = "state", keys = ["web/prod/"] } }',
      'state.keys are keys in full',
    ],
    no_state: ['{ state = { bucket = "state", keys = [] } }', 'at least one key'],
    any_bucket: ['{ state = { bucket = "*", keys = ["web.tfstate"] } }', 'the name of one bucket'],
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
  stack.write(modules.join('\n'), 'refused.tf')
  await stack.succeeded('get')
  const { code, output } = await stack.terraform('plan', '-input=false', '-refresh=false')
  stack.write('', 'refused.tf')
  expect(code).toBe(1)
  const said = output.replace(/\s*\n[│\s]*/g, ' ')
  for (const [name, [, words]] of Object.entries(refused)) {
    const errors = said.matchAll(new RegExp(`in module "${name}":(.*?)(?= Error: |$)`, 'g'))
    const ours = [...errors].map(([, error]) => error).join(' ')
    expect({ name, said: ours }).toEqual({ name, said: expect.stringContaining(words) })
  }
}

test('has no provider of its own with create_provider = false, and its destroy leaves no role', async () => {
  write(ENVIRONMENTS, 'create_provider = false')
  const plan = await stack.succeeded('plan', '-input=false')
  expect(plan).toContain('Plan: 0 to add, 0 to change, 1 to destroy.')
  write(ENVIRONMENTS)
  await stack.succeeded('destroy', '-input=false', '-auto-approve')
  expect(await stack.iam.send(new ListRolesCommand())).toMatchObject({ Roles: [] })
})
