// Cancelled and killed steps, with a real Terraform: neither its lock nor its state is lost.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { AwsError } from '../../rehearsal/cloud/kernel/errors.ts'
import { type Step, source } from '../support/run-action.ts'
import { Stack, StateStore } from '../support/terraform-stack.ts'

let store: StateStore
const stacks: Stack[] = []
const stack = (name: string, files: Readonly<Record<string, string>>) => {
  const made = new Stack(store, source('terraform-apply'), name, files)
  stacks.push(made)
  return made
}

beforeAll(async () => {
  store = await StateStore.start()
}, 60_000)
afterAll(async () => {
  for (const made of stacks) made.remove()
  await store.close()
})

const until = async (what: () => boolean) => {
  while (!what()) await delay(20)
}
const logged = (step: Step, text: string) => until(() => step.log().includes(text))

/** `quick` is made at once, `slow` takes a while, `last` only comes after it. */
const SLOW = (seconds: number) => `
  resource "terraform_data" "quick" {}
  resource "terraform_data" "slow" {
    depends_on = [terraform_data.quick]
    provisioner "local-exec" {
      command = "sleep ${seconds}"
    }
  }
  resource "terraform_data" "last" {
    depends_on = [terraform_data.slow]
  }`

const names = async (made: Stack) => (await made.state()).resources.map(({ name }) => name).sort()

test('a cancelled apply ends gently: what is done is saved, the lock is released, the next run does the rest', async () => {
  const web = stack('cancelled', { 'main.tf': SLOW(20) })
  const step = web.start({})
  await logged(step, 'terraform_data.slow: creating')
  // The runner sends SIGINT, and SIGTERM 7.5 s later; Terraform must get one signal only.
  step.child.kill('SIGINT')
  step.child.kill('SIGTERM')
  const ended = await step.ended
  expect(ended.code).toBe(1)
  expect(ended.log).toContain('The run was cancelled; `Terraform apply` ended gently')
  expect(ended.log).not.toContain('terraform_data.last: creating')
  expect(await store.keys('cancelled/')).toEqual(['cancelled/terraform.tfstate'])
  expect(await names(web)).toContain('quick')
  expect((await web.run({}, { phase: 'post', state: ended.state })).log).toBe('')

  web.write({ 'main.tf': SLOW(0) })
  expect(await web.run({})).toMatchObject({ code: 0 })
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
}, 60_000)

test('a killed step leaves Terraform to finish, and the post step waits for it', async () => {
  const web = stack('killed', { 'main.tf': SLOW(3) })
  const step = web.start({})
  await logged(step, 'terraform_data.slow: creating')
  step.child.kill('SIGKILL')
  const { killedBy, state } = await step.ended
  expect(killedBy).toBe('SIGKILL')
  expect(await store.keys('killed/')).toContain('killed/terraform.tfstate.tflock')

  const post = await web.run({}, { phase: 'post', state })
  expect(post.code).toBe(0)
  expect(post.log).toContain('Terraform apply finished all the same: 3 added, 0 changed, 0 destroyed.')
  expect(await store.keys('killed/')).toEqual(['killed/terraform.tfstate'])
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
}, 60_000)

test('a state that cannot be saved is pushed again', async () => {
  let refusals = 0
  const picky = await StateStore.start({
    intercept: ({ request }) => {
      if (refusals === 0 || request.method !== 'PUT' || !request.url.pathname.endsWith('.tfstate')) return undefined
      refusals--
      return { error: new AwsError('AccessDenied', 'Not now.', 403) }
    },
  })
  const web = new Stack(picky, source('terraform-apply'), 'errored', {
    'main.tf': `
      resource "terraform_data" "gate" {
        provisioner "local-exec" {
          command = "touch started; while [ ! -e go ]; do sleep 0.1; done"
        }
      }`,
  })
  stacks.push(web)
  try {
    const step = web.start({})
    await until(() => existsSync(`${web.directory}/started`))
    // Terraform's own attempt is refused, and our first one; the second goes through.
    refusals = 2
    writeFileSync(`${web.directory}/go`, '')
    const ended = await step.ended
    expect(refusals).toBe(0)
    expect(ended.log).toContain('The state that could not be saved at first is safe now.')
    expect(existsSync(`${web.directory}/errored.tfstate`)).toBe(false)
    expect(await names(web)).toEqual(['gate'])
  } finally {
    await picky.close()
  }
}, 120_000)

test('a state that still cannot be saved is kept, and pointed at', async () => {
  const web = stack('lost', { 'main.tf': 'resource "terraform_data" "a" {}' })
  // A Terraform that behaves as one whose backend went away: only saving fails.
  mkdirSync(`${web.folder}/bin`)
  writeFileSync(
    `${web.folder}/bin/terraform`,
    `#!/bin/sh
case "$1 $2" in
"state push") echo 'Failed to persist state: the lineage differs' >&2; exit 1 ;;
apply*) echo '{"version":4,"lineage":"x","serial":2,"resources":[1],"outputs":{}}' > errored.tfstate; exit 1 ;;
*) exec "$REAL_TERRAFORM" "$@" ;;
esac
`,
  )
  chmodSync(`${web.folder}/bin/terraform`, 0o755)
  const real =
    (process.env['PATH'] ?? '')
      .split(':')
      .map((folder) => `${folder}/terraform`)
      .find(existsSync) ?? ''
  const env = { PATH: `${web.folder}/bin:${process.env['PATH']}`, REAL_TERRAFORM: real, GITHUB_RUN_ID: '7' }
  const ended = await web.run({}, { env })
  expect(ended.code).toBe(1)
  expect(ended.log).toContain(
    'The state could not be saved. It is kept in `s3://terraform-state/lost/terraform.tfstate.errored-7-1`',
  )
  expect(JSON.parse(await store.text('lost/terraform.tfstate.errored-7-1'))).toMatchObject({ serial: 2 })
  expect(ended.outputs['errored-state-file']).toBe(`${web.directory}/errored.tfstate`)
  expect(existsSync(`${web.directory}/errored.tfstate`)).toBe(true)
  expect((await web.run({}, { env })).log).toContain('holds a state that an earlier apply could not save')
}, 60_000)

test("Terraform's diagnostics become annotations on file and line", async () => {
  const broken = stack('broken', { 'main.tf': 'resource "terraform_data" "a" {\n  input = var.nowhere\n}\n' })
  const ended = await broken.run({})
  expect(ended.code).toBe(1)
  expect(ended.log).toMatch(
    /^::error title=Reference to undeclared input variable,file=infra\/main.tf,line=2,col=11::/m,
  )
  expect(ended.log).toContain('`Terraform plan` failed: Reference to undeclared input variable')
}, 30_000)
