// Real Terraform, with the real AWS provider, makes the example's infrastructure in the cloud; after each step a plan
// must find nothing to do. Needs Terraform, its AWS provider, and moto's server. No Docker: nothing is deployed.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { Runtime } from '../../../rehearsal/cloud/runtimes/runtime.ts'
import { type AttachedProvider, startProvider } from '../../support/terraform-apply/attached-provider.ts'
import { terraformConfig } from '../../support/terraform-apply/terraform-files.ts'
import { BUCKET, StateStore } from '../../support/terraform-apply/terraform-stack.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'slipway-example-'))
const infra = join(folder, 'examples/web/infra')

const stage = ['-var-file=stage.tfvars', '-var=force_delete=false']
const changed = [
  ...stage,
  '-var=deregistration_delay=7',
  '-var=cpu=512',
  '-var=memory=1024',
  '-var=pull_accounts=["210987654321"]',
]
const secrets = {
  API_KEY: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-AbCdEf:key::',
  DATABASE_URL: 'arn:aws:ssm:eu-west-1:123456789012:parameter/web/database-url',
}
let store: StateStore
let provider: AttachedProvider | undefined

/** A new service has no tasks, so nothing ever runs. */
const idle: Runtime = {
  name: 'simulated',
  carriesTraffic: false,
  instances: [],
  fargateRefusal: () => undefined,
  definitionRefusal: () => undefined,
  run: () => {
    throw new Error('no task should run')
  },
  probe: async () => ({ outcome: 'refused' }),
  close: async () => {},
}

interface Ran {
  readonly code: number
  readonly output: string
}

function terraform(...args: string[]): Promise<Ran> {
  const env = {
    ...process.env,
    ...store.cloud.env,
    ...provider?.env,
    TF_CLI_CONFIG_FILE: terraformConfig(),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  }
  return new Promise((resolve) => {
    execFile('terraform', args, { cwd: infra, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, output: stdout + stderr })
    })
  })
}

let stateKey = ''
const init = (key: string) => {
  stateKey = key
  return terraform(
    'init',
    '-no-color',
    '-input=false',
    '-reconfigure',
    `-backend-config=bucket=${BUCKET}`,
    `-backend-config=key=${key}`,
    '-backend-config=use_path_style=true',
  )
}
const apply = (...vars: string[]) => terraform('apply', '-no-color', '-input=false', '-auto-approve', ...vars)

/** Exit code 0: nothing to do; 2: something to do, and the output says what. */
async function expectEmptyPlan(...vars: string[]): Promise<void> {
  const { code, output } = await terraform('plan', '-no-color', '-input=false', '-detailed-exitcode', ...vars)
  expect(code === 0 ? '' : output).toBe('')
}

/** The output of a command that must succeed; of one that did not, what Terraform says went wrong. */
const succeeded = ({ code, output }: Ran) => {
  expect(code === 0 ? '' : output.slice(Math.max(0, output.indexOf('Error:')))).toBe('')
  return output
}

interface Resource {
  readonly address: string
  readonly type: string
  readonly mode: string
  readonly values: Readonly<Record<string, unknown>>
}

interface Module {
  readonly resources?: readonly Resource[]
  readonly child_modules?: readonly Module[]
}

const managed = (module: Module): Resource[] => [
  ...(module.resources ?? []).filter(({ mode }) => mode === 'managed'),
  ...(module.child_modules ?? []).flatMap(managed),
]

interface Saved {
  readonly module?: string
  readonly mode: string
  readonly type: string
  readonly name: string
  readonly instances: readonly { readonly index_key?: string | number; readonly attributes: Resource['values'] }[]
}

/** All managed resources in the saved state. */
async function resources(): Promise<readonly Resource[]> {
  if (!(await store.keys(stateKey)).includes(stateKey)) return []
  const state = JSON.parse(await store.text(stateKey)) as { resources: readonly Saved[] }
  return state.resources
    .filter(({ mode }) => mode === 'managed')
    .flatMap(({ module, mode, type, name, instances }) =>
      instances.map(({ index_key, attributes }) => {
        const index = index_key === undefined ? '' : `[${JSON.stringify(index_key)}]`
        return {
          address: `${module === undefined ? '' : `${module}.`}${type}.${name}${index}`,
          type,
          mode,
          values: attributes,
        }
      }),
    )
}

/** What the example's service is given otherwise, by Terraform's own way to override a file. */
const override = (settings: string) =>
  writeFileSync(join(infra, 'settings_override.tf'), `module "service" {\n${settings}\n}\n`)

/** What Terraform says, without the frame and the line breaks that it draws. */
const unwrapped = (output: string) => output.replace(/\s*[│╷╵]?\s+/g, ' ')

/** What `import` wants to know of a resource; for most it is their id. */
function importId({ type, values }: Resource): string {
  switch (type) {
    case 'aws_ecs_cluster':
      return String(values['name'])
    case 'aws_ecs_service':
      return `${String(values['cluster']).split('/').at(-1)}/${values['name']}`
    case 'aws_ecs_task_definition':
      return String(values['arn'])
    default:
      return String(values['id'])
  }
}

type Values = Readonly<Record<string, unknown>> | null

/** What a plan changes: for each resource, the attributes that differ. */
async function changes(plan: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const { resource_changes } = JSON.parse(succeeded(await terraform('show', '-json', plan))) as {
    resource_changes: { address: string; change: { actions: string[]; before: Values; after: Values } }[]
  }
  const differ = (before: Values, after: Values) =>
    Object.keys({ ...before, ...after }).filter((key) => !isDeepStrictEqual(before?.[key], after?.[key]))
  return Object.fromEntries(
    resource_changes
      .filter(({ change }) => !isDeepStrictEqual(change.actions, ['no-op']))
      .map(({ address, change }) => [address, differ(change.before, change.after)]),
  )
}

/**
 * What an import changes, on AWS too: the provider writes a forward down in both of its ways when it imports, and then
 * drops the one that the configuration does not use. That a template is not to be deregistered, its state alone knows.
 */
const knownToTerraformOnly = {
  'module.service.aws_lb_listener_rule.this': ['action'],
  'module.service.aws_ecs_task_definition.template': ['skip_destroy'],
}

beforeAll(async () => {
  for (const part of ['examples/web/infra', 'terraform/modules']) {
    const filter = (from: string) => !from.includes('.terraform')
    cpSync(join(repository, part), join(folder, part), { recursive: true, filter })
  }
  store = await StateStore.start({ runtime: idle })
  succeeded(await init('web/stage.tfstate'))
  provider = await startProvider(infra, store.cloud.env)
})

afterAll(async () => {
  provider?.stop()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

test('creates, with nothing left to do', async () => {
  const output = succeeded(await apply(...stage))
  expect(output).toContain('Apply complete! Resources: 15 added, 0 changed, 0 destroyed.')
  await expectEmptyPlan(...stage)
  const calls = store.cloud.journal.entries('api').filter(({ service }) => service === 'elasticloadbalancing')
  expect(calls.filter(({ action }) => action === 'CreateTargetGroup')).toMatchObject([{ outcome: 'ok' }])
})

test('updates in place, with nothing left to do', async () => {
  succeeded(await apply(...changed))
  await expectEmptyPlan(...changed)
  const group = (await resources()).find(({ type }) => type === 'aws_lb_target_group')
  expect(group?.values).toMatchObject({ deregistration_delay: '7' })
  const sharing = (await resources()).find(({ type }) => type === 'aws_ecr_repository_policy')
  expect(JSON.parse(String(sharing?.values['policy']))).toMatchObject({
    Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::210987654321:root' } }],
  })
})

test('gives the container its secrets, and tasks may read those and no others', async () => {
  override(`secrets = ${JSON.stringify(secrets)}`)
  succeeded(await apply(...changed))
  await expectEmptyPlan(...changed)
  const made = await resources()
  const find = (type: string) => made.filter((one) => one.type === type).map(({ values }) => values)
  const [template] = find('aws_ecs_task_definition')
  expect(JSON.parse(String(template?.['container_definitions']))).toMatchObject([
    { secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })) },
  ])
  const [policy] = find('aws_iam_role_policy')
  const { Statement } = JSON.parse(String(policy?.['policy'])) as { Statement: readonly unknown[] }
  expect(Statement.slice(3)).toEqual([
    {
      Sid: 'ReadParameters',
      Effect: 'Allow',
      Action: 'ssm:GetParameters',
      Resource: secrets.DATABASE_URL,
    },
    {
      Sid: 'ReadSecrets',
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-AbCdEf',
    },
  ])
})

test('refuses another port in the plan, and cuts names that IAM would refuse', async () => {
  override('container_port = 9090')
  const port = await terraform('plan', '-no-color', '-input=false', ...changed)
  expect(port.code).toBe(1)
  expect(unwrapped(port.output)).toContain('was created with container_port 8080')
  const name = 'a-service-whose-name-is-32-long-'.padEnd(32, 'x').replace(/-$/, 'x')
  override(`name = "${name}"\ncluster_arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/${'c'.repeat(32)}"`)
  succeeded(await terraform('plan', '-no-color', '-input=false', '-out=names.plan', ...changed))
  const { planned_values } = JSON.parse(succeeded(await terraform('show', '-json', 'names.plan'))) as {
    planned_values: { root_module: Module }
  }
  const roles = managed(planned_values.root_module).filter(({ type }) => type === 'aws_iam_role')
  const names = roles.map(({ values }) => String(values['name']))
  expect(names.map((one) => one.length)).toEqual([64, 64])
  expect(names.map((one) => one.split('-').at(-1)).toSorted()).toEqual(['execution', 'task'])
  override(`secrets = ${JSON.stringify(secrets)}`)
})

test('imports all of it into an empty state, changing nothing', async () => {
  const made = await resources()
  const blocks = made.map((one) => `import {\n  to = ${one.address}\n  id = "${importId(one)}"\n}\n`)
  writeFileSync(join(infra, 'imports.tf'), blocks.join('\n'))
  succeeded(await init('web/imported.tfstate'))
  expect(await resources()).toEqual([])
  succeeded(await terraform('plan', '-no-color', '-input=false', '-out=import.plan', ...changed))
  expect(await changes('import.plan')).toEqual(knownToTerraformOnly)
  const output = succeeded(await terraform('apply', '-no-color', '-input=false', 'import.plan'))
  expect(output).toMatch(new RegExp(`Resources: ${made.length} imported, 0 added, \\d changed, 0 destroyed.`))
  rmSync(join(infra, 'imports.tf'))
  await expectEmptyPlan(...changed)
})

test('destroys, and leaves nothing behind', async () => {
  const output = succeeded(await terraform('destroy', '-no-color', '-input=false', '-auto-approve', ...changed))
  expect(output).toContain('Destroy complete! Resources: 16 destroyed.')
  expect(await resources()).toEqual([])
  const plan = await terraform('plan', '-no-color', '-input=false', ...changed)
  expect(plan.output).toContain('Plan: 16 to add, 0 to change, 0 to destroy.')
})
