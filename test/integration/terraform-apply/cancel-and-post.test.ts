// Cancelled and killed steps, with a real Terraform: neither its lock nor its state is lost.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { type Step, source } from '../../support/run-action.ts'
import { BUCKET, type Stack, until, useStacks, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

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

/** The files that runs have left in their own folders. */
const scratch = ({ folder }: Stack) =>
  readdirSync(folder)
    .filter((name) => name.startsWith('slipway-terraform-'))
    .flatMap((name) => readdirSync(`${folder}/${name}`))
    .sort()

const names = async (made: Stack) => (await made.state()).resources.map(({ name }) => name).sort()

test('a cancelled apply that takes too long is interrupted: what is done is saved, the lock is released, the next run does the rest', async () => {
  const web = stack('cancelled', { 'main.tf': SLOW(20) })
  const step = web.start({ 'cancel-timeout': '1s' })
  await logged(step, 'terraform_data.slow: creating')
  // The runner sends SIGINT, and SIGTERM 7.5 s later; Terraform must get one signal only.
  step.child.kill('SIGINT')
  step.child.kill('SIGTERM')
  const ended = await step.ended
  expect(ended.code).toBe(1)
  expect(ended.log).toContain('The run was cancelled; `Terraform apply` stopped gracefully')
  expect(ended.log).toContain('::warning::Interrupted while being created or changed: `terraform_data.slow`.')
  expect(ended.log).not.toContain('terraform_data.last: creating')
  // What was cut short may be in no state, so it does not say that all that was done is.
  expect(ended.summary).toContain('❌ **Interrupted** before all of it was applied.')
  expect(ended.summary).not.toContain('what was applied is in the state')
  expect(await stacks.store.keys('cancelled/')).toEqual(['cancelled/terraform.tfstate'])
  expect(await names(web)).toContain('quick')
  expect((await web.run({}, { phase: 'post', state: ended.state })).log).toBe('')

  web.write({ 'main.tf': SLOW(0) })
  expect(await web.run({})).toMatchObject({ code: 0 })
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
})

test('a cancelled apply that comes to its end in time is through, though the step fails', async () => {
  const web = stack('in-time', { 'main.tf': SLOW(2) })
  const step = web.start({})
  await logged(step, 'terraform_data.slow: creating')
  step.child.kill('SIGINT')
  await logged(step, 'In progress: terraform_data.slow.')
  const { code, log, summary } = await step.ended
  expect(code).toBe(1)
  expect(log).toContain('The run was cancelled; `Terraform apply` completed all the same')
  expect(log).not.toContain('Interrupt received')
  expect(summary).toContain('✅ **Applied**: 3 added, 0 changed, 0 destroyed.')
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
})

test('a killed step leaves Terraform to finish, and the post step waits for it', async () => {
  const web = stack('killed', { 'main.tf': SLOW(3) })
  const step = web.start({})
  await logged(step, 'terraform_data.slow: creating')
  step.child.kill('SIGKILL')
  const { killedBy, state } = await step.ended
  expect(killedBy).toBe('SIGKILL')
  expect(await stacks.store.keys('killed/')).toContain('killed/terraform.tfstate.tflock')

  const post = await web.run({}, { phase: 'post', state })
  expect(post.code).toBe(0)
  expect(post.log).toContain('Terraform apply completed after the step: 3 added, 0 changed, 0 destroyed.')
  expect(await stacks.store.keys('killed/')).toEqual(['killed/terraform.tfstate'])
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
})

test('what Terraform says after the step was killed is scrubbed like the rest', async () => {
  const web = stack('killed-secret', {
    'main.tf': `
      variable "secret" {
        sensitive = true
      }
      resource "terraform_data" "a" {
        provisioner "local-exec" {
          command = "touch started; while [ ! -e go ]; do sleep 0.1; done; echo it is \${nonsensitive(var.secret)}"
        }
      }`,
  })
  const inputs = { variables: 'secret = "hunter-two"' }
  const step = web.start(inputs)
  await until(() => existsSync(`${web.directory}/started`))
  step.child.kill('SIGKILL')
  const { state } = await step.ended
  writeFileSync(`${web.directory}/go`, '')
  // Nor does it depend on what later steps leave of the inputs.
  const { log } = await web.run({}, { phase: 'post', state })
  expect(log).toContain('it is ***')
  expect(log).not.toContain('hunter-two')
  expect(log).toContain('Terraform apply completed after the step')
})

test('a step that is killed the moment its Terraform starts is known to the post step all the same', async () => {
  const web = stack('at-once', { 'main.tf': SLOW(1) })
  // The first that Terraform does is to kill us.
  const env = web.inPlaceOfTerraform('[ "$1" = apply ] && kill -9 $PPID\nexec "$REAL_TERRAFORM" "$@"')
  const { killedBy, state } = await web.run({}, { env })
  expect(killedBy).toBe('SIGKILL')
  const post = await web.run({}, { phase: 'post', state, env })
  expect(post.code).toBe(0)
  expect(post.log).toContain('Terraform apply completed after the step: 3 added, 0 changed, 0 destroyed.')
  expect(await stacks.store.keys('at-once/')).toEqual(['at-once/terraform.tfstate'])
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
})

test.each([
  ['and is in a file', false],
  ['and could not be written to a file either', true],
])('a state that cannot be saved is pushed again, %s', async (_, nowhere) => {
  let refusals = 0
  const intercept: Intercept = ({ request }) => {
    if (refusals === 0 || request.method !== 'PUT' || !request.url.pathname.endsWith('.tfstate')) return undefined
    refusals--
    return { error: new AwsError('AccessDenied', 'Not now.', 403) }
  }
  const files = {
    'main.tf': `
      resource "terraform_data" "gate" {
        provisioner "local-exec" {
          command = "touch started; while [ ! -e go ]; do sleep 0.1; done"
        }
      }`,
  }
  await withStack({ entry: source('terraform-apply'), name: 'errored', files, intercept }, async (web) => {
    const step = web.start({})
    await until(() => existsSync(`${web.directory}/started`))
    // Terraform's own attempt is refused, and our first one; the second goes through.
    refusals = 2
    // A folder in its place: root may write anything but that.
    if (nowhere) mkdirSync(`${web.directory}/errored.tfstate/x`, { recursive: true })
    writeFileSync(`${web.directory}/go`, '')
    const ended = await step.ended
    expect(refusals).toBe(0)
    expect(ended.log).toContain('The state that could not be saved at first is now saved.')
    // All was done, so all is well.
    expect(ended.code).toBe(0)
    expect(ended.log).not.toContain('::error')
    expect(ended.summary).toContain('✅ **Applied**')
    expect(existsSync(`${web.directory}/errored.tfstate`)).toBe(nowhere)
    expect(scratch(web)).not.toContain('errored.tfstate')
    expect(await names(web)).toEqual(['gate'])
  })
})

test('a state that still cannot be saved is kept, and pointed at', async () => {
  const web = stack('lost', { 'main.tf': 'resource "terraform_data" "a" {}' })
  // A Terraform that behaves as one whose backend went away: only saving fails.
  const standIn = web.inPlaceOfTerraform(`case "$1 $2" in
"state push") echo 'Failed to persist state: the lineage differs' >&2; exit 1 ;;
apply*) echo '{"version":4,"lineage":"x","serial":2,"resources":[1],"outputs":{}}' > errored.tfstate; exit 1 ;;
*) exec "$REAL_TERRAFORM" "$@" ;;
esac`)
  const env = { ...standIn, GITHUB_RUN_ID: '7' }
  const ended = await web.run({}, { env })
  expect(ended.code).toBe(1)
  expect(ended.log).toContain(
    'The state could not be saved. It is kept in `s3://terraform-state/lost/terraform.tfstate.errored-7-1`',
  )
  expect(JSON.parse(await stacks.store.text('lost/terraform.tfstate.errored-7-1'))).toMatchObject({ serial: 2 })
  expect(ended.outputs['errored-state-file']).toBe(`${web.directory}/errored.tfstate`)
  expect(existsSync(`${web.directory}/errored.tfstate`)).toBe(true)
  expect((await web.run({}, { env })).log).toContain('is a state that an earlier apply could not save')
})

test('a killed step loses no state, even when later steps took away inputs, tools and backend', async () => {
  const web = stack('bereft', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const standIn = web.inPlaceOfTerraform(`case "$1" in
apply) sleep 0.5; touch started; while [ ! -e go ]; do sleep 0.1; done
  echo '{"version":4,"lineage":"x","serial":3,"resources":[1],"outputs":{}}' > errored.tfstate; exit 1 ;;
*) exec "$REAL_TERRAFORM" "$@" ;;
esac`)
  const env = { ...standIn, GITHUB_RUN_ID: '8' }
  web.write({ 'variables.tfvars': '' })
  const step = web.start({ 'var-file': 'variables.tfvars' }, { env })
  await until(() => existsSync(`${web.directory}/started`))
  step.child.kill('SIGKILL')
  const { state } = await step.ended
  rmSync(`${web.directory}/.terraform`, { recursive: true })
  rmSync(`${web.directory}/variables.tfvars`)
  writeFileSync(`${web.directory}/go`, '')

  const post = await web.run(
    { 'var-file': 'variables.tfvars' },
    { phase: 'post', state, env: { ...env, PATH: '/bin' } },
  )
  expect(post.code).toBe(1)
  expect(post.log).toContain('Terraform apply ended before it was through')
  expect(post.log).toContain('It is kept in `s3://terraform-state/bereft/terraform.tfstate.errored-8-1`')
  expect(JSON.parse(await stacks.store.text('bereft/terraform.tfstate.errored-8-1'))).toMatchObject({ serial: 3 })
  expect(scratch(web)).toEqual([])
})

test('a plan that goes on without its step is told to have changed nothing', async () => {
  const web = stack('left-plan', {
    'main.tf': '',
  })
  const env = web.inPlaceOfTerraform(`case "$1" in
init) mkdir -p .terraform; echo '{"backend":{"type":"s3","config":{"bucket":"${BUCKET}","key":"x","use_lockfile":true}}}' > .terraform/terraform.tfstate ;;
plan) sleep 0.5; touch started; sleep 1 ;;
esac`)
  const step = web.start({}, { env })
  await until(() => existsSync(`${web.directory}/started`))
  step.child.kill('SIGKILL')
  const post = await web.run({}, { phase: 'post', state: (await step.ended).state, env })
  expect(post.code).toBe(0)
  expect(post.log).toContain('Terraform plan has ended. It changed nothing; run the step again to see the plan.')
  expect(post.log).not.toContain('check the plan')
})

test('a run leaves no files but those that outputs name, and those only until the job ends', async () => {
  const web = stack('tidy', { 'main.tf': 'variable "secret" {}' })
  const inputs = { variables: 'secret = "hunter-two"', 'backend-config': 'max_retries=2' }
  const { code, outputs, state } = await web.run({ ...inputs, command: 'plan', environment: 'stage' })
  expect(code).toBe(0)
  expect(scratch(web)).toEqual(['plan.tfplan', 'planned.json'])
  expect(existsSync(outputs['plan-file'] ?? '')).toBe(true)
  await web.run(inputs, { phase: 'post', state })
  expect(scratch(web)).toEqual([])
  expect((await web.run({ command: 'plan', variables: 'nothing = 1' })).code).toBe(1)
  expect(scratch(web)).toEqual([])
})

test("Terraform's diagnostics become annotations on file and line", async () => {
  const broken = stack('broken', { 'main.tf': 'resource "terraform_data" "a" {\n  input = var.nowhere\n}\n' })
  const ended = await broken.run({})
  expect(ended.code).toBe(1)
  expect(ended.log).toMatch(
    /^::error title=Reference to undeclared input variable,file=infra\/main.tf,line=2,col=11::/m,
  )
  expect(ended.log).toContain('`Terraform plan` failed: Reference to undeclared input variable')
})
