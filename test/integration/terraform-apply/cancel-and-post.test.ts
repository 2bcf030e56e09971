// Cancelled and killed steps with a real Terraform: its state is saved and its lock released.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { type Step, type StepOptions, type StepResult, source } from '../../support/run-action.ts'
import { BUCKET, type Stack, until, useStacks, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

const logged = (step: Step, text: string) => until(() => step.log().includes(text))

/** Waits for `finish`. */
const WAIT = 'while [ ! -e go ]; do sleep 0.1; done'
const finish = ({ directory }: Stack) => writeFileSync(`${directory}/go`, '')

/** `quick` is created at once, `slow` is created by `finish`, and `last` after it. */
const MAIN = `
  resource "terraform_data" "quick" {}
  resource "terraform_data" "slow" {
    depends_on = [terraform_data.quick]
    provisioner "local-exec" {
      command = "${WAIT}"
    }
  }
  resource "terraform_data" "last" {
    depends_on = [terraform_data.slow]
  }`

/** Runs the post step, and lets Terraform finish only when it waits for Terraform. */
async function finishInPost(web: Stack, state: StepResult['state'], env: StepOptions['env'] = {}): Promise<StepResult> {
  const post = web.start({}, { phase: 'post', state, env })
  await logged(post, 'which continued after the step')
  finish(web)
  return post.ended
}

/** The files in the temporary folders of all runs. */
const scratch = ({ folder }: Stack) =>
  readdirSync(folder)
    .filter((name) => name.startsWith('slipway-terraform-'))
    .flatMap((name) => readdirSync(`${folder}/${name}`))
    .sort()

const names = async (made: Stack) => (await made.state()).resources.map(({ name }) => name).sort()

test('interrupts a cancelled apply that takes too long: the state is saved, the lock released, and the next run does the rest', async () => {
  const web = stack('cancelled', { 'main.tf': MAIN })
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
  // What was cut short may not be in the state, so the summary must not say that everything applied is.
  expect(ended.summary).toContain('❌ **Interrupted** before all of it was applied.')
  expect(ended.summary).not.toContain('what was applied is in the state')
  expect(await stacks.store.keys('cancelled/')).toEqual(['cancelled/terraform.tfstate'])
  expect(await names(web)).toContain('quick')
  expect((await web.run({}, { phase: 'post', state: ended.state })).log).toBe('')

  finish(web)
  expect(await web.run({})).toMatchObject({ code: 0 })
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
})

test('lets a cancelled apply complete in time, though the step fails', async () => {
  const web = stack('in-time', { 'main.tf': MAIN })
  const step = web.start({})
  await logged(step, 'terraform_data.slow: creating')
  step.child.kill('SIGINT')
  await logged(step, 'In progress: terraform_data.slow.')
  finish(web)
  const { code, log, summary } = await step.ended
  expect(code).toBe(1)
  expect(log).toContain('The run was cancelled; `Terraform apply` completed all the same')
  expect(log).not.toContain('Interrupt received')
  expect(summary).toContain('✅ **Applied**: 3 added, 0 changed, 0 destroyed.')
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
})

test('lets Terraform finish when the step is killed, and waits for it in the post step', async () => {
  const web = stack('killed', { 'main.tf': MAIN })
  const step = web.start({})
  await logged(step, 'terraform_data.slow: creating')
  step.child.kill('SIGKILL')
  const { killedBy, state } = await step.ended
  expect(killedBy).toBe('SIGKILL')
  expect(await stacks.store.keys('killed/')).toContain('killed/terraform.tfstate.tflock')

  const post = await finishInPost(web, state)
  expect(post.code).toBe(0)
  expect(post.log).toContain('Terraform apply completed after the step: 3 added, 0 changed, 0 destroyed.')
  expect(await stacks.store.keys('killed/')).toEqual(['killed/terraform.tfstate'])
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
})

test('scrubs what Terraform prints after the step was killed', async () => {
  const web = stack('killed-secret', {
    'main.tf': `
      variable "secret" {
        sensitive = true
      }
      resource "terraform_data" "a" {
        provisioner "local-exec" {
          command = "touch started; ${WAIT}; echo it is \${nonsensitive(var.secret)}"
        }
      }`,
  })
  const inputs = { variables: 'secret = "hunter-two"' }
  const step = web.start(inputs)
  await until(() => existsSync(`${web.directory}/started`))
  step.child.kill('SIGKILL')
  const { state } = await step.ended
  finish(web)
  // It does not depend on inputs either, which later steps may change.
  const { log } = await web.run({}, { phase: 'post', state })
  expect(log).toContain('it is ***')
  expect(log).not.toContain('hunter-two')
  expect(log).toContain('Terraform apply completed after the step')
})

test('finds in the post step a Terraform whose step was killed as it started', async () => {
  const web = stack('at-once', { 'main.tf': MAIN })
  // Terraform's first action is to kill us.
  const env = web.inPlaceOfTerraform('[ "$1" = apply ] && kill -9 $PPID\nexec "$REAL_TERRAFORM" "$@"')
  const { killedBy, state } = await web.run({}, { env })
  expect(killedBy).toBe('SIGKILL')
  const post = await finishInPost(web, state, env)
  expect(post.code).toBe(0)
  expect(post.log).toContain('Terraform apply completed after the step: 3 added, 0 changed, 0 destroyed.')
  expect(await stacks.store.keys('at-once/')).toEqual(['at-once/terraform.tfstate'])
  expect(await names(web)).toEqual(['last', 'quick', 'slow'])
})

test.each([
  ['and was written to a file', false],
  ['and not be written to a file either', true],
])('pushes a state again that could not be saved %s', async (_, nowhere) => {
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
          command = "touch started; ${WAIT}"
        }
      }`,
  }
  await withStack({ entry: source('terraform-apply'), name: 'errored', files, intercept }, async (web) => {
    const step = web.start({})
    await until(() => existsSync(`${web.directory}/started`))
    // S3 refuses Terraform's own attempt and our first one; the second succeeds.
    refusals = 2
    // A folder of that name: even root cannot write a file there.
    if (nowhere) mkdirSync(`${web.directory}/errored.tfstate/x`, { recursive: true })
    finish(web)
    const ended = await step.ended
    expect(refusals).toBe(0)
    expect(ended.log).toContain('The state that could not be saved at first is now saved.')
    // Everything was applied, so the step succeeds.
    expect(ended.code).toBe(0)
    expect(ended.log).not.toContain('::error')
    expect(ended.summary).toContain('✅ **Applied**')
    expect(existsSync(`${web.directory}/errored.tfstate`)).toBe(nowhere)
    expect(scratch(web)).not.toContain('errored.tfstate')
    expect(await names(web)).toEqual(['gate'])
  })
})

test('keeps a state that still cannot be saved, and says where', async () => {
  const web = stack('lost', { 'main.tf': 'resource "terraform_data" "a" {}' })
  // Behaves as a Terraform whose backend is gone: only saving the state fails.
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

test('loses no state of a killed step, even when later steps remove inputs, tools and backend', async () => {
  const web = stack('bereft', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const standIn = web.inPlaceOfTerraform(`case "$1" in
apply) touch started; ${WAIT}
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
  finish(web)

  const post = await web.run(
    { 'var-file': 'variables.tfvars' },
    { phase: 'post', state, env: { ...env, PATH: '/bin' } },
  )
  expect(post.code).toBe(1)
  expect(post.log).toContain('Terraform apply ended before it was complete')
  expect(post.log).toContain('It is kept in `s3://terraform-state/bereft/terraform.tfstate.errored-8-1`')
  expect(JSON.parse(await stacks.store.text('bereft/terraform.tfstate.errored-8-1'))).toMatchObject({ serial: 3 })
  expect(scratch(web)).toEqual([])
})

test('reports that a plan which continued without its step changed nothing', async () => {
  const web = stack('left-plan', {
    'main.tf': '',
  })
  const env = web.inPlaceOfTerraform(`case "$1" in
init) mkdir -p .terraform; echo '{"backend":{"type":"s3","config":{"bucket":"${BUCKET}","key":"x","use_lockfile":true}}}' > .terraform/terraform.tfstate ;;
plan) touch started; ${WAIT} ;;
esac`)
  const step = web.start({}, { env })
  await until(() => existsSync(`${web.directory}/started`))
  step.child.kill('SIGKILL')
  const post = await finishInPost(web, (await step.ended).state, env)
  expect(post.code).toBe(0)
  expect(post.log).toContain('Terraform plan has ended. It changed nothing; run the step again to see the plan.')
  expect(post.log).not.toContain('check the plan')
})

test('leaves only the files that outputs name, and those until the job ends', async () => {
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

test("annotates Terraform's diagnostics on file and line", async () => {
  const broken = stack('broken', { 'main.tf': 'resource "terraform_data" "a" {\n  input = var.nowhere\n}\n' })
  const ended = await broken.run({})
  expect(ended.code).toBe(1)
  expect(ended.log).toMatch(
    /^::error title=Reference to undeclared input variable,file=infra\/main.tf,line=2,col=11::/m,
  )
  expect(ended.log).toContain('`Terraform plan` failed: Reference to undeclared input variable')
})
