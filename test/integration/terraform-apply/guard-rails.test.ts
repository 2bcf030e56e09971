// Each guard rail with a real Terraform: it stops the plan with a list and changes nothing, and `allow-destructive` lifts it.
import { source } from '../../support/run-action.ts'
import { type Stack, useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const { stack } = useStacks(source('terraform-apply'))

const ALL = `
  resource "terraform_data" "database" {
    input = { deletion_protection = true, force_destroy = false }
  }
  resource "terraform_data" "service" {
    input = { desired_count = 2 }
  }
  resource "terraform_data" "rules" {
    input = [{ port = 80 }, { port = 443 }]
  }
  resource "terraform_data" "cache" {
    triggers_replace = ["one"]
  }
  resource "terraform_data" "queue" {}`

const FORGET = (name: string) => `
  removed {
    from = terraform_data.${name}
    lifecycle {
      destroy = false
    }
  }`

const without = (name: string) =>
  ALL.replace(
    new RegExp(`resource "terraform_data" "${name}" {.*?\\n  }|resource "terraform_data" "${name}" {}`, 's'),
    '',
  )

interface Rail {
  readonly what: string
  /** The changed configuration. */
  readonly main: string
  readonly inputs?: Readonly<Record<string, string>>
  /** The breaches. */
  readonly held: readonly string[]
  readonly lift: string
}

const rails: readonly Rail[] = [
  {
    what: 'switching off deletion protection, and switching on force_destroy',
    main: ALL.replace('= true', '= false').replace('force_destroy = false', 'force_destroy = true'),
    held: [
      'terraform_data.database: input.deletion_protection would be switched off',
      'terraform_data.database: input.force_destroy would be switched on',
    ],
    lift: 'terraform_data.database',
  },
  {
    what: 'changes of sensitive values, without showing them',
    main: ALL.replace('= true', '= sensitive(false)').replace('desired_count = 2', 'desired_count = sensitive(0)'),
    held: [
      'terraform_data.database: input.deletion_protection would be switched off',
      'terraform_data.service: input.desired_count would go to 0',
    ],
    lift: '*',
  },
  {
    what: 'replacing a resource that moves away from a protected address',
    main: `${without('cache')}
      resource "terraform_data" "moved" {
        triggers_replace = ["two"]
      }
      moved {
        from = terraform_data.cache
        to   = terraform_data.moved
      }`,
    inputs: { 'protected-addresses': 'terraform_data.cache' },
    held: ['terraform_data.moved: would be replaced, and its address is protected'],
    lift: 'terraform_data.moved',
  },
  {
    what: 'a count that goes to zero',
    main: ALL.replace('desired_count = 2', 'desired_count = 0'),
    held: ['terraform_data.service: input.desired_count would go from 2 to 0'],
    lift: '*.service',
  },
  {
    what: 'more destroys than `max-destroys`, with replacements',
    main: without('queue').replace('"one"', '"two"'),
    inputs: { 'max-destroys': '1' },
    held: [
      'terraform_data.queue: would be destroyed, number 1 of 2 where `max-destroys` is 1',
      'terraform_data.cache: would be replaced, number 2 of 2 where `max-destroys` is 1',
    ],
    lift: 'terraform_data.cache',
  },
  {
    what: 'replacing a protected type',
    main: ALL.replace('"one"', '"two"'),
    inputs: { 'protected-types': 'aws_db_instance, terraform_*' },
    held: ['terraform_data.cache: would be replaced, and terraform_data is a protected type'],
    lift: 'terraform_data.cache',
  },
  {
    what: 'destroying a protected address',
    main: without('queue'),
    inputs: { 'protected-addresses': 'module.x\n*.queue' },
    held: ['terraform_data.queue: would be destroyed, and its address is protected'],
    lift: 'terraform_data.queue',
  },
  {
    what: 'forgetting a protected address',
    main: without('queue') + FORGET('queue'),
    inputs: { 'protected-addresses': '*.queue' },
    held: ['terraform_data.queue: would be forgotten, and its address is protected'],
    lift: 'terraform_data.queue',
  },
  {
    what: 'removing nested blocks from a protected resource',
    main: ALL.replace(', { port = 443 }', ''),
    inputs: { 'protected-addresses': '*.rules' },
    held: ['terraform_data.rules: would lose 1 `input` block, and its address is protected'],
    lift: 'terraform_data.rules',
  },
  {
    what: 'removing all nested blocks from a protected resource',
    main: ALL.replace('[{ port = 80 }, { port = 443 }]', 'null'),
    inputs: { 'protected-addresses': '*.rules' },
    held: ['terraform_data.rules: would lose 2 `input` blocks, and its address is protected'],
    lift: 'terraform_data.rules',
  },
]

/** The breaches in the error of a run. */
const listIn = (log: string) =>
  /::error::The guard rails stop this plan:(.*?)%0ANext: (.*)/.exec(log)?.[1]?.split('%0A  ').slice(1) ?? []

let made: Stack
beforeAll(async () => {
  made = stack('guarded', { 'main.tf': ALL })
  expect((await made.run({})).code).toBe(0)
})

// One state for all tests: a plan that is stopped changes nothing.
test.each(rails)('stops $what', async ({ main, inputs = {}, held, lift }) => {
  const { serial } = await made.state()
  made.write({ 'main.tf': main })
  const refused = await made.run(inputs)
  expect(refused.code).toBe(1)
  expect(listIn(refused.log)).toEqual(held)
  expect(refused.log).toContain('allow-destructive')
  expect(refused.summary).toContain('Stopped by the guard rails')
  expect(refused.log).not.toContain('Terraform apply')
  expect((await made.state()).serial).toBe(serial)
  const lifted = await made.run({ ...inputs, command: 'plan', 'allow-destructive': lift })
  expect(lifted.code).toBe(0)
  expect(lifted.log).not.toContain('The guard rails would stop an apply of this plan')
})

test('applies what `allow-destructive` names', async () => {
  made.write({ 'main.tf': without('queue').replace('"one"', '"two"').replace('= true', '= false') })
  const inputs = { 'max-destroys': '0', 'protected-types': 'terraform_data', 'protected-addresses': '*.queue' }
  const some = await made.run({ ...inputs, 'allow-destructive': '*.queue\n*.cache' })
  expect(listIn(some.log)).toEqual(['terraform_data.database: input.deletion_protection would be switched off'])
  const all = await made.run({ ...inputs, 'allow-destructive': '*.queue\n*.cache\nterraform_data.database' })
  expect(all).toMatchObject({ code: 0 })
  expect((await made.state()).resources.map(({ name }) => name).sort()).toEqual([
    'cache',
    'database',
    'rules',
    'service',
  ])
})
