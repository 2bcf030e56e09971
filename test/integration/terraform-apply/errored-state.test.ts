// States that cannot be saved, with a real Terraform and a bucket that refuses them: no created resource is lost.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { type Step, source } from '../../support/run-action.ts'
import { type Stack, type StateStore, until, withStack } from '../../support/terraform-apply/terraform-stack.ts'

// Runs until the test ends it, at the latest until its folder is gone.
const GATE = `
  resource "terraform_data" "gate" {
    provisioner "local-exec" {
      command = "touch started; while [ -e started ] && [ ! -e go ]; do sleep 0.1; done"
    }
  }`

/** The number of writes of these objects that are still refused. */
class Refusals {
  left = 0
  readonly #objects: RegExp

  constructor(objects: RegExp) {
    this.#objects = objects
  }

  readonly intercept: Intercept = ({ request }) => {
    if (this.left === 0 || request.method !== 'PUT' || !this.#objects.test(request.url.pathname)) return undefined
    this.left--
    return { error: new AwsError('AccessDenied', 'Not now.', 403) }
  }
}

interface Refused {
  readonly web: Stack
  readonly store: StateStore
  readonly refusals: Refusals
  /** During its apply. */
  readonly step: Step
}

/** Starts an apply in a cloud that can refuse writes of these objects. */
const whereRefused = (objects: RegExp, task: (refused: Refused) => Promise<void>) => {
  const refusals = new Refusals(objects)
  const stack = { entry: source('terraform-apply'), name: 'errored', files: { 'main.tf': GATE } }
  return withStack({ ...stack, intercept: refusals.intercept }, async (web, store) => {
    const step = web.start({}, { env: { GITHUB_RUN_ID: '7' } })
    await until(() => existsSync(`${web.directory}/started`))
    await task({ web, store, refusals, step })
  })
}

const finish = ({ web }: Refused) => writeFileSync(`${web.directory}/go`, '')

const STATE = 'errored/terraform.tfstate'
const names = (state: string): readonly string[] =>
  (JSON.parse(state) as { resources: { name: string }[] }).resources.map(({ name }) => name)

async function keptBeside(refused: Refused): Promise<void> {
  const { web, store, refusals, step } = refused
  refusals.left = Number.POSITIVE_INFINITY
  finish(refused)
  const { code, log, outputs } = await step.ended
  expect(code).toBe(1)
  expect(log).toContain(
    `::error::The state could not be saved. It is kept in \`s3://terraform-state/${STATE}.errored-7-1\``,
  )
  expect(outputs['errored-state-file']).toBe(`${web.directory}/errored.tfstate`)
  const kept = await store.text(`${STATE}.errored-7-1`)
  expect(names(kept)).toEqual(['gate'])
  expect(await store.keys(STATE)).not.toContain(STATE)
  expect(await store.keys(STATE)).not.toContain(`${STATE}.tflock`)

  // The next step in the error, on another machine.
  refusals.left = 0
  writeFileSync(`${web.directory}/errored.tfstate`, kept)
  const env = { ...process.env, ...web.env }
  await promisify(execFile)('terraform', ['state', 'push', 'errored.tfstate'], { cwd: web.directory, env })
  expect(names(await store.text(STATE))).toEqual(['gate'])
}

async function keptOnRunner(refused: Refused): Promise<void> {
  const { web, store, refusals, step } = refused
  refusals.left = Number.POSITIVE_INFINITY
  finish(refused)
  const { code, log, outputs } = await step.ended
  expect(code).toBe(1)
  expect(log).toContain(
    `::error::The state could not be saved. It is kept in \`${web.directory}/errored.tfstate\` on this runner`,
  )
  expect(log).toContain('copies the file in the output `errored-state-file` to a safe place')
  expect(names(readFileSync(outputs['errored-state-file'] ?? '', 'utf8'))).toEqual(['gate'])
  expect(await store.keys(STATE)).not.toContain(`${STATE}.tflock`)
}

// In parallel, as both wait for every pause between the attempts.
test('keeps a state that cannot be saved beside its key, or on the runner when that is refused too', async () => {
  await Promise.all([
    whereRefused(/\.tfstate$/, keptBeside),
    whereRefused(/\.tfstate(\.errored-[\w-]+)?$/, keptOnRunner),
  ])
})

test('pushes in the post step a state that Terraform could not save after its step was killed', async () => {
  await whereRefused(/\.tfstate$/, async (refused) => {
    const { web, store, refusals, step } = refused
    step.child.kill('SIGKILL')
    const { killedBy, state } = await step.ended
    expect(killedBy).toBe('SIGKILL')
    // Terraform's own attempt, and the first of the post step.
    refusals.left = 2
    finish(refused)
    const { code, log } = await web.run({}, { phase: 'post', state, env: { GITHUB_RUN_ID: '7' } })
    expect(refusals.left).toBe(0)
    expect(log).toContain('Attempt 1 failed; trying again.')
    expect(log).toContain('The state that could not be saved at first is now saved.')
    expect(code).toBe(0)
    expect(names(await store.text(STATE))).toEqual(['gate'])
    expect(await store.keys(STATE)).not.toContain(`${STATE}.tflock`)
    expect(existsSync(`${web.directory}/errored.tfstate`)).toBe(false)
  })
})
