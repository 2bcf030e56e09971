// docs/getting-started.md, followed to the letter: its commands, in the repository of a stranger, by a real Terraform against
// the rehearsal cloud. Only `gh` is a stand-in, which writes down what it is asked. What is deployed then, script/rehearse
// plays. Needs Terraform, its AWS provider, moto and perl.
import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Cloud, startCloud } from '../../rehearsal/cloud/cloud.ts'
import { terraformConfig } from '../support/terraform-apply/terraform-files.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'slipway-getting-started-'))
const [slipway, web, origin, bin] = ['slipway', 'web', 'origin.git', 'bin'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
  string,
]
const [stage, prod] = ['123456789012', '210987654321']
const page = readFileSync(join(root, 'docs/getting-started.md'), 'utf8')
const run = promisify(execFile)
let cloud: Cloud

/** The commands of a step or section, block by block, for the repository acme/web. */
function commands(step: number | string): string[] {
  const heading = typeof step === 'number' ? `${step}\\. .*` : step
  const [, text = ''] = new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## )`, 'm').exec(page) ?? []
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  return blocks.map((block) => block.replaceAll('OWNER/NAME', 'acme/web').replaceAll('OWNER', 'acme'))
}

// What was exported before: it is one shell.
const exported: Record<string, string> = {}

/** Runs a block as a person would type it, with credentials of an account. Gives what it printed. */
async function type(block: string | undefined, account: string): Promise<string> {
  const git = { user: 'ann', email: 'ann@example.com' }
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', block ?? 'exit 1'], {
    cwd: web,
    env: {
      ...process.env,
      ...cloud.env,
      ...{ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined, ...exported },
      AWS_ACCESS_KEY_ID: account,
      PATH: `${bin}:${process.env['PATH']}`,
      TF_CLI_CONFIG_FILE: terraformConfig(),
      TF_CLI_ARGS_apply: '-auto-approve',
      TF_IN_AUTOMATION: '1',
      // The modules are fetched from GitHub, which is a folder here.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.file://${slipway}.insteadOf`,
      GIT_CONFIG_VALUE_0: 'https://github.com/slipway/slipway.git',
      ...{ GIT_AUTHOR_NAME: git.user, GIT_COMMITTER_NAME: git.user },
      ...{ GIT_AUTHOR_EMAIL: git.email, GIT_COMMITTER_EMAIL: git.email },
    },
  })
  for (const [, name = '', value = ''] of block?.matchAll(/^export (\w+)=(.*)$/gm) ?? []) exported[name] = value
  return stdout
}

/**
 * What lets the role `web-deploy-stage` put more into a role than it may itself: actions on roles that are allowed without
 * the boundary.
 */
async function escalations(account: string): Promise<string[]> {
  const arn = `arn:aws:iam::${account}:policy/web-stage-roles`
  const document = await type(
    `aws iam get-policy-version --region eu-west-1 --policy-arn ${arn} --version-id v1 --query PolicyVersion.Document`,
    account,
  )
  const { Statement } = JSON.parse(document) as {
    Statement: { Effect: string; Action: string | string[]; Condition?: object }[]
  }
  const boundary = { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/PowerUserAccess' } }
  return Statement.filter(
    ({ Effect, Condition }) => Effect === 'Allow' && JSON.stringify(Condition) !== JSON.stringify(boundary),
  )
    .flatMap(({ Action }) => Action)
    .filter((action) => /:(\*|Create|Put|Attach|Add|DeleteRolePermissionsBoundary|PassRole)/.test(action))
}
/** What `gh` was asked since the last time: its arguments, one call each. */
function asked(): string[][] {
  const file = join(folder, 'gh.log')
  const calls = readFileSync(file, 'utf8').split('\0\0').slice(0, -1)
  writeFileSync(file, '')
  return calls.map((call) => call.split('\0'))
}

beforeAll(async () => {
  cloud = await startCloud()
  for (const path of ['examples', 'terraform']) cpSync(join(root, path), join(slipway, path), { recursive: true })
  for (const path of [web, bin]) mkdirSync(path)
  writeFileSync(join(folder, 'gh.log'), '')
  writeFileSync(join(bin, 'gh'), `#!/bin/bash\n{ printf '%s\\0' "$@"; printf '\\0'; } >> "${folder}/gh.log"\n`)
  chmodSync(join(bin, 'gh'), 0o755)
  const setUp = `
    git init -q --bare -b main '${origin}'
    git init -q -b main && git remote add origin '${origin}' && git config push.autoSetupRemote true
    cd '${slipway}' && git init -q -b main && git add -A && git commit -qm 'Slipway' && git tag v1`
  await type(setUp, stage)
})

afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

test('runs every command of the page', async () => {
  const [copy, account, variables, ship, prodAccount, tag, ...more] = [1, 2, 3, 4, 5].flatMap(commands)
  expect(more).toEqual([])
  await type(copy, stage)
  expect(readFileSync(join(web, 'infra/main.tf'), 'utf8')).not.toContain('../')

  expect(await type(account, stage)).toContain('Apply complete!')
  expect(await escalations(stage)).toEqual([])
  await type(variables, stage)
  const [made, letIn, ...set] = asked()
  const custom = 'deployment_branch_policy[custom_branch_policies]=true'
  const place = 'repos/acme/web/environments/stage'
  expect(made).toEqual([
    ...['api', '--silent', '--method', 'PUT', place],
    ...['-F', 'deployment_branch_policy[protected_branches]=false', '-F', custom],
  ])
  expect(letIn).toEqual([
    ...['api', '--silent', '--method', 'POST', `${place}/deployment-branch-policies`],
    ...['-f', 'name=main', '-f', 'type=branch'],
  ])
  expect(set).toEqual(
    Object.entries({
      AWS_ACCOUNT_ID: stage,
      AWS_REGION: 'eu-west-1',
      AWS_ROLE: `arn:aws:iam::${stage}:role/web-deploy-stage`,
      TERRAFORM_BACKEND_CONFIG: `bucket=acme-terraform-stage\nkey=web/stage.tfstate\nregion=eu-west-1`,
    }).map(([name, value]) => ['variable', 'set', name, '--repo', 'acme/web', '--env', 'stage', '--body', value]),
  )

  await type(ship, stage)
  const shipped = await type(`git -C '${origin}' ls-tree -r --name-only main`, stage)
  expect(shipped).toContain('.github/workflows/deploy-stage.yml')
  expect(shipped).toContain('infra/.terraform.lock.hcl')
  expect(shipped).not.toMatch(/tfstate|\.terraform\//)
  // What the deploy does with that, as far as the plan.
  const init = '-backend-config=bucket=acme-terraform-stage -backend-config=key=web/stage.tfstate'
  await type(`terraform -chdir=infra init ${init} && terraform -chdir=infra validate`, stage)

  expect(await type(prodAccount, prod)).toContain(`arn:aws:iam::${prod}:role/web-deploy-prod`)
  await type(variables, prod)
  expect(asked()[1]).toEqual([
    ...['api', '--silent', '--method', 'POST', 'repos/acme/web/environments/prod/deployment-branch-policies'],
    ...['-f', 'name=v*', '-f', 'type=tag'],
  ])
  await type(tag, prod)
  expect(asked().flat()).toContain('IMAGE_REPOSITORY')
  expect(await type(`git -C '${origin}' tag`, stage)).toBe('v1.0.0\n')

  // The states of the accounts go to their buckets, each to its own, and describe what is there.
  const [stageState, prodState, ...others] = commands('The state of `account/`')
  expect(others).toEqual([])
  for (const [block, made, owner] of [
    [stageState, account, stage],
    [prodState, prodAccount, prod],
  ] as const) {
    await type(block, owner)
    const plan = made?.replace(/^.* (init|workspace new .*)\n/gm, '').replace(' apply ', ' plan -detailed-exitcode ')
    expect(await type(plan, owner)).toContain('No changes.')
  }
})

test('sets up both environments in one account, where only the first creates the provider', async () => {
  await type('rm -rf account/backend.tf account/.terraform && terraform -chdir=account init', stage)
  const apply = (commands(5)[0] ?? '').replaceAll('terraform-prod', 'terraform-both').replace('new prod', 'new both')
  const refused = await type(apply, stage).catch(({ stderr }: { stderr: string }) => stderr)
  expect(refused).toContain('EntityAlreadyExists')
  const [flags = ''] = /-var create_provider=false -var service=\S+(?=`)/.exec(page) ?? []
  const again = apply.replace(/^.*workspace new.*\n/m, '').replace(' apply ', ` apply ${flags} `)
  expect(await type(again, stage)).toContain(`arn:aws:iam::${stage}:role/web-deploy-prod`)
})

test('names the variables that the workflow reads', () => {
  const workflow = readFileSync(join(root, '.github/workflows/deploy.yml'), 'utf8')
  const read = new Set([...workflow.matchAll(/\b(?:vars|secrets)\.([A-Z_]+)/g)].map(([, name]) => name))
  const unnamed = [...read].filter((name) => !page.includes(`\`${name}\``) && !page.includes(` ${name}`))
  expect(unnamed).toEqual(['DATADOG_BAKE_TIME'])
})
