// An apply whose plan is stale: another apply has changed the state since.
import { writeFileSync } from 'node:fs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { source } from '../../support/run-action.ts'
import { type Stack, until, useStacks, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const entry = source('terraform-apply')
const stacks = useStacks(entry)
const KEY = { 'fingerprint-key': 'a key for this test only' }

const resources = (...names: readonly string[]) => ({
  'main.tf': names.map((name) => `resource "terraform_data" "${name}" {}`).join('\n'),
})

/** A Terraform that waits with its apply for a file `go`. */
const APPLIES_WHEN_TOLD = `
  [ "$1" != apply ] || while [ ! -e ../go ]; do sleep 0.05; done
  exec "$REAL_TERRAFORM" "$@"`

/** The checkout of one job, which plans at once, and applies when the test lets it. */
class Job {
  readonly stack: Stack
  readonly #env: Readonly<Record<string, string>>

  constructor(name: string, files: Readonly<Record<string, string>>) {
    this.stack = stacks.stack(name, files)
    this.#env = this.stack.inPlaceOfTerraform(APPLIES_WHEN_TOLD)
  }

  async planned(inputs: Readonly<Record<string, string>> = {}) {
    const step = this.stack.start(inputs, { env: this.#env })
    await until(() => step.log().includes('1 to create'))
    return step
  }

  goOn(): void {
    writeFileSync(`${this.stack.folder}/go`, '')
  }
}

const namesIn = async (stack: Stack) => (await stack.state()).resources.map(({ name }) => name).sort()
const isUnlocked = async (name: string) =>
  !(await stacks.store.keys(`${name}/`)).includes(`${name}/terraform.tfstate.tflock`)

test('plans again when another apply came first, and finds nothing left to do', async () => {
  const slow = {
    'main.tf': `
      resource "terraform_data" "slow" {
        provisioner "local-exec" {
          command = "while [ ! -e free ]; do sleep 0.1; done"
        }
      }`,
  }
  const jobs = [new Job('pair', slow), new Job('pair', slow)]
  const steps = await Promise.all(jobs.map((job) => job.planned()))
  for (const job of jobs) job.goOn()
  await until(() => steps.some((step) => step.log().includes('Waiting for the lock')))
  for (const { stack } of jobs) writeFileSync(`${stack.directory}/free`, '')
  const ended = await Promise.all(steps.map((step) => step.ended))

  expect(ended.map(({ code }) => code)).toEqual([0, 0])
  const [winner, second] = ended[0]?.outputs['has-changes'] === 'true' ? ended : ended.toReversed()
  expect(winner?.outputs).toMatchObject({ 'has-changes': 'true' })
  expect(winner?.log).not.toContain('Waiting for the lock')
  expect(second?.outputs).toMatchObject({ 'has-changes': 'false' })
  expect(second?.log).toContain('Waiting for the lock')
  const again = 'the state has changed since it was made. Nothing of it was applied; planning again.'
  expect(winner?.log).not.toContain(again)
  expect(second?.log.split(again)).toHaveLength(2)
  expect(second?.log).not.toContain('::error')
  expect(second?.summary).toMatch(/1 to create[\s\S]*Overtaken[\s\S]*No changes/)
  for (const { stack } of jobs) expect(await namesIn(stack)).toEqual(['slow'])
  expect(await isUnlocked('pair')).toBe(true)
})

/** Both plan; then `first` applies, and then `second`. */
async function overtake(first: Job, second: Job, inputs: Readonly<Record<string, string>> = {}) {
  const [ahead, behind] = await Promise.all([first.planned(), second.planned(inputs)])
  first.goOn()
  expect(await ahead.ended).toMatchObject({ code: 0 })
  second.goOn()
  return behind.ended
}

test('applies what the new plan still has to do, and nothing twice', async () => {
  await stacks.stack('rest', resources('there')).run({})
  const first = new Job('rest', resources('there', 'one'))
  const second = new Job('rest', { 'main.tf': `${resources('there', 'one')['main.tf']}\noutput "two" { value = 2 }` })
  const { code, outputs, log } = await overtake(first, second)
  expect(code).toBe(0)
  expect(outputs).toMatchObject({ 'has-changes': 'true', two: '2' })
  expect(JSON.parse(outputs['counts'] ?? '')).toMatchObject({ create: 0 })
  expect(log).not.toContain('::error')
  expect(await namesIn(second.stack)).toEqual(['one', 'there'])
})

test('checks the guard rails for the new plan, too', async () => {
  const second = new Job('guarded', resources('two'))
  const { code, log } = await overtake(new Job('guarded', resources('one')), second, {
    'protected-types': 'terraform_data',
  })
  expect(code).toBe(1)
  expect(log).toContain('terraform_data.one: would be destroyed, and terraform_data is a protected type')
  expect(await namesIn(second.stack)).toEqual(['one'])
  expect(await isUnlocked('guarded')).toBe(true)
})

test.each(['approval', 'fingerprint'])(
  'accepts an approval (%s) for the new plan when nothing is left to do',
  async (kind) => {
    const planned = await stacks.stack(kind, resources('one')).run({ command: 'plan', ...KEY })
    const inputs = { 'approved-plan': planned.outputs[kind] ?? '', ...KEY }
    const second = new Job(kind, resources('one'))
    expect(await overtake(new Job(kind, resources('one')), second, inputs)).toMatchObject({
      code: 0,
      outputs: { 'has-changes': 'false' },
    })
  },
)

test('refuses a new plan that does more than was approved', async () => {
  const planned = await stacks.stack('approved', resources('two')).run({ command: 'plan', ...KEY })
  const second = new Job('approved', resources('two'))
  const { code, log } = await overtake(new Job('approved', resources('one')), second, {
    'approved-plan': planned.outputs['approval'] ?? '',
    ...KEY,
  })
  expect(code).toBe(1)
  expect(log).toContain('more than was approved in the input `approved-plan`:%0A  terraform_data.one (delete)%0A')
  expect(await namesIn(second.stack)).toEqual(['one'])
})

test('applies or refuses a given plan file, and never replaces it', async () => {
  const web = stacks.stack('handed', resources('one'))
  const { outputs } = await web.run({ command: 'plan' })
  await stacks.stack('handed', resources('other')).run({})
  const refused = await web.run({ 'plan-file': outputs['plan-file'] ?? '' })
  expect(refused.code).toBe(1)
  expect(refused.log).toMatch(
    /::error::.*refused the plan: the state has changed since it was made\..*Make a new plan/s,
  )
  expect(refused.log).not.toContain('planning again')
  expect(refused.summary).toContain('Overtaken')
  expect(await namesIn(web)).toEqual(['other'])
  expect(await isUnlocked('handed')).toBe(true)
})

test('gives up an apply after three stale plans, and changes nothing', async () => {
  const web = stacks.stack('unlucky', {
    'main.tf': `
      variable "made_by" {
        default = "us"
      }
      resource "terraform_data" "one" {
        input = var.made_by
      }`,
  })
  const env = web.inPlaceOfTerraform(`
    if [ "$1" = apply ]; then
      echo >> ../others
      "$REAL_TERRAFORM" apply -auto-approve -var "made_by=other $(wc -l < ../others)" > /dev/null
    fi
    exec "$REAL_TERRAFORM" "$@"`)
  const { code, log } = await web.run({}, { env })
  expect(code).toBe(1)
  expect(log.match(/planning again/g)).toHaveLength(2)
  expect(log.match(/::error::.*the state has changed since it was made/g)).toHaveLength(1)
  const [one] = (await web.state()).resources
  expect(JSON.stringify(one)).toContain('other 3')
})

test('does not push a state over one that another apply has saved since', async () => {
  let refusals = 0
  const intercept: Intercept = ({ request }) => {
    if (refusals === 0 || request.method !== 'PUT' || !request.url.pathname.endsWith('.tfstate')) return undefined
    refusals--
    return { error: new AwsError('AccessDenied', 'Not now.', 403) }
  }
  await withStack({ entry, name: 'late', files: resources('one'), intercept }, async (web, store) => {
    expect((await web.run({})).code).toBe(0)
    web.write(resources('one', 'two'))
    // S3 refuses Terraform's own attempt and our first one. The state of the other apply has the lower serial, so that Terraform
    // would push ours over it.
    const state = await web.state()
    const theirs = JSON.stringify({ ...state, serial: state.serial - 1 })
    refusals = 2
    const step = web.start({})
    await until(() => refusals === 0)
    await store.put('late/terraform.tfstate', theirs)
    const { code, log } = await step.ended
    expect(code).toBe(1)
    expect(log).toContain('Another apply has saved its state since')
    expect(log).toContain('Do not push it')
    expect(await store.text('late/terraform.tfstate')).toBe(theirs)
    expect((await store.keys('late/')).filter((key) => key.includes('.errored-'))).toHaveLength(1)
  })
})
