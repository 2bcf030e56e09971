// Cancels with a real Terraform while nothing is being created, and while resources are destroyed or replaced.
import { writeFileSync } from 'node:fs'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { type Step, source } from '../../support/run-action.ts'
import { type Stack, until, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const logged = (step: Step, text: string) => until(() => step.log().includes(text))
const stackOf = (name: string, main: string, intercept: Intercept = () => undefined) => ({
  entry: source('terraform-apply'),
  name,
  files: { 'main.tf': main },
  intercept,
})
const names = async (stack: Stack) => (await stack.state()).resources.map(({ name }) => name).sort()
/** Logged at a cancel, by the step. */
const CANCELLED = 'Cancelled: Terraform apply is asked to stop'
/** Waits for `goOn`. */
const WAIT = 'while [ ! -e go ]; do sleep 0.1; done'
const goOn = ({ directory }: Stack) => writeFileSync(`${directory}/go`, '')
const INTERRUPTED = /Interrupt received\.|Two interrupts received/g

const isLock: Intercept = ({ request }) =>
  request.method === 'PUT' && request.url.pathname.endsWith('.tflock') ? {} : undefined

/** A data source of the AWS provider, whose read `heldRead` can hold. */
const READ = `
  provider "aws" {
    s3_use_path_style           = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
  }
  resource "aws_ecs_cluster" "web" {
    name = "web"
  }
  data "aws_ecs_cluster" "web" {
    cluster_name = aws_ecs_cluster.web.name
    depends_on   = [terraform_data.version]
  }`

/** Holds the reads of the data source from `hold` to `answer`. */
function heldRead() {
  const answered = Promise.withResolvers<void>()
  let [holds, held] = [false, false]
  const intercept: Intercept = ({ action }) => {
    if (!holds || action !== 'DescribeClusters') return undefined
    held = true
    return { until: answered.promise }
  }
  const hold = () => {
    holds = true
  }
  return { intercept, hold, isHeld: () => held, answer: answered.resolve }
}

const version = (number: number) => `
  resource "terraform_data" "version" {
    input = ${number}
  }`

test('interrupts a plan at once', async () => {
  const read = heldRead()
  await withStack(stackOf('plan', READ + version(1), read.intercept), async (stack, store) => {
    expect(await stack.run({})).toMatchObject({ code: 0 })
    read.hold()
    const step = stack.start({})
    await until(read.isHeld)
    step.child.kill('SIGINT')
    const { code, log } = await step.ended
    read.answer()
    expect(code).toBe(1)
    expect(log).toContain('Cancelled: Terraform plan is asked to stop.')
    expect(log.match(INTERRUPTED)).toEqual(['Interrupt received.'])
    expect(log).toContain('The run was cancelled; `Terraform plan` stopped gracefully (exit code 1).')
    expect(await store.keys(stack.key)).toEqual([stack.key])
  })
})

test('interrupts an apply that waits for the lock at once, and leaves the lock to its holder', async () => {
  const main = 'resource "terraform_data" "a" {}'
  await withStack(stackOf('waiting', main), async (stack, store) => {
    const planned = await stack.run({ command: 'plan' })
    const lock = { ID: 'theirs', Operation: 'OperationTypeApply', Who: 'ada@laptop', Created: '2026-01-01T00:00:00Z' }
    await store.put(`${stack.key}.tflock`, JSON.stringify({ ...lock, Info: '', Version: '1.11.4', Path: 'x' }))
    const step = stack.start({ 'plan-file': planned.outputs['plan-file'] ?? '' })
    await logged(step, 'Waiting for the lock')
    step.child.kill('SIGINT')
    const { code, log } = await step.ended
    expect(code).toBe(1)
    expect(log.match(INTERRUPTED)).toEqual(['Interrupt received.'])
    expect(log).not.toContain('creating')
    expect(JSON.parse(await store.text(`${stack.key}.tflock`))).toMatchObject({ ID: 'theirs' })
  })
})

test('interrupts an apply that has not started an operation at once', async () => {
  let locks = 0
  const interrupted = Promise.withResolvers<void>()
  const intercept: Intercept = (call) => {
    if (isLock(call) === undefined) return undefined
    locks++
    return locks === 2 ? { until: interrupted.promise } : undefined
  }
  const main = `
    resource "terraform_data" "first" {
      provisioner "local-exec" {
        command = "sleep 10"
      }
    }
    resource "terraform_data" "next" {
      depends_on = [terraform_data.first]
    }`
  await withStack(stackOf('before', main, intercept), async (stack, store) => {
    const step = stack.start({})
    await until(() => locks === 2)
    step.child.kill('SIGINT')
    await logged(step, 'Interrupt received.')
    interrupted.resolve()
    const { code, log } = await step.ended
    expect(code).toBe(1)
    expect(log).toContain('In progress: nothing.')
    expect(log.match(INTERRUPTED)).toEqual(['Interrupt received.'])
    // Terraform may start the first operation before it stops.
    expect(log).not.toContain('terraform_data.next: creating')
    expect((await store.keys(stack.key)).filter((key) => key.endsWith('.tflock'))).toEqual([])
  })
})

test('does not wait for a destroy that prints output', async () => {
  const chain = (count: number) =>
    [1, 2, 3].map(
      (link) => `
    resource "terraform_data" "link${link}" {
      count      = ${count}
      depends_on = [${link === 1 ? '' : `terraform_data.link${link - 1}`}]
      provisioner "local-exec" {
        when    = destroy
        command = "${WAIT}; for i in $(seq 60); do echo $i; sleep 0.5; done"
      }
    }`,
    )
  await withStack(stackOf('talking', chain(1).join('')), async (stack) => {
    expect(await stack.run({})).toMatchObject({ code: 0 })
    stack.write({ 'main.tf': chain(0).join('') })
    const step = stack.start({})
    await logged(step, 'terraform_data.link3[0]: destroying')
    step.child.kill('SIGINT')
    await logged(step, CANCELLED)
    // An action that waited would let all three print to their end.
    goOn(stack)
    const { log } = await step.ended
    expect(log.match(INTERRUPTED)).toEqual(['Interrupt received.'])
    expect(await names(stack)).toEqual(expect.arrayContaining(['link1', 'link2']))
  })
})

describe('a resource that is being replaced when the run is cancelled', () => {
  const replaced = (number: number, after = '', more = '') => `
    resource "terraform_data" "web" {
      triggers_replace = [${number}${after}]
      provisioner "local-exec" {
        when    = destroy
        command = "${WAIT}; sleep 3"
      }
      ${more}
    }`
  const replacedFor = async (stack: Stack) => {
    const [web] = (await stack.state()).resources.filter(({ name }) => name === 'web')
    return web?.instances.map((instance) => (instance as { attributes: { triggers_replace: unknown } }).attributes)
  }

  /** Terraform runs no destroy-time provisioner where the new one is created first; so the creation of the second one waits. */
  const createdFirst = (number: number) => `
    lifecycle {
      create_before_destroy = true
    }
    provisioner "local-exec" {
      command = "[ ${number} = 1 ] || { ${WAIT}; }"
    }`

  test.each([
    ['is not left destroyed', () => '', 'destroying'],
    ['is not left twice when the new one is created first', createdFirst, 'creating'],
  ])('%s', async (_, more, first) => {
    await withStack(stackOf('replaced', replaced(1, '', more(1))), async (stack) => {
      expect(await stack.run({})).toMatchObject({ code: 0 })
      stack.write({ 'main.tf': replaced(2, '', more(2)) })
      const step = stack.start({})
      await logged(step, `terraform_data.web: ${first}`)
      step.child.kill('SIGINT')
      await logged(step, CANCELLED)
      goOn(stack)
      const { log } = await step.ended
      expect(log).toContain('terraform_data.web: created')
      expect(await replacedFor(stack)).toContainEqual(
        expect.objectContaining({ triggers_replace: expect.objectContaining({ value: [2] }) }),
      )
      // The old object may be left for another run to destroy.
      expect(await stack.run({})).toMatchObject({ code: 0 })
      expect(await replacedFor(stack)).toHaveLength(1)
    })
  })

  describe('and waits for something before it is created again', () => {
    const main = (number: number) =>
      READ + version(number) + replaced(number, ', data.aws_ecs_cluster.web.registered_container_instances_count')

    test.each([
      ['is created again', '3m', true],
      ['is named when that takes longer than `cancel-timeout`', '1s', false],
    ])('%s', async (_, timeout, made) => {
      const read = heldRead()
      await withStack(stackOf('gap', main(1), read.intercept), async (stack) => {
        goOn(stack)
        expect(await stack.run({})).toMatchObject({ code: 0 })
        stack.write({ 'main.tf': main(2) })
        const { outputs } = await stack.run({ command: 'plan' })
        read.hold()
        const step = stack.start({ 'plan-file': outputs['plan-file'] ?? '', 'cancel-timeout': timeout })
        await logged(step, 'terraform_data.web: destroyed')
        await until(read.isHeld)
        step.child.kill('SIGINT')
        await logged(step, CANCELLED)
        // An interrupt that does not wait for the create would come in this time.
        if (made) setTimeout(read.answer, 3_000)
        const { log, summary } = await step.ended
        read.answer()
        expect(log.includes('terraform_data.web: created')).toBe(made)
        const named = 'Interrupted while being created or changed: `terraform_data.web`.'
        expect([log.includes(named), summary.includes(named)]).toEqual([!made, !made])
        expect(await names(stack)).toEqual(made ? ['version', 'web', 'web', 'web'] : ['version', 'web', 'web'])
      })
    })
  })
})

test('scrubs the addresses that the step and the post step name', async () => {
  const main = `
    variable "secret" {
      sensitive = true
    }
    resource "terraform_data" "slow" {
      for_each = toset([nonsensitive(var.secret)])
      input    = var.secret
      provisioner "local-exec" {
        command = "${WAIT}"
      }
    }`
  await withStack(stackOf('secret', main), async (stack) => {
    for (const killed of [false, true]) {
      const step = stack.start({ 'cancel-timeout': '1s', variables: 'secret = "hunter-two"' })
      await until(() => /slow\[.*: creating/.test(step.log()))
      step.child.kill('SIGINT')
      await logged(step, 'In progress: terraform_data.slow["***"].')
      if (killed) step.child.kill('SIGKILL')
      const { state, log, summary } = await step.ended
      const post = await stack.run({}, { phase: 'post', state })
      const ending = killed ? post.log + post.summary : log + summary
      expect(
        ending.match(/Interrupted while being created or changed: `terraform_data.slow\["\*\*\*"\]`/g),
      ).toHaveLength(2)
      // Addresses in the output of a plan are not scrubbed, as the README says.
      const [, applied = ''] = log.split('::group::Terraform apply')
      expect(applied + summary + post.log + post.summary).not.toContain('hunter-two')
    }
  })
})

test('waits for Terraform although it prints events that this action does not know', async () => {
  const main = `
    resource "terraform_data" "slow" {
      provisioner "local-exec" {
        command = "sleep 2"
      }
    }`
  await withStack(stackOf('newer', main), async (stack, store) => {
    // Events of an action in Terraform 1.14, printed by a shell script: this machine may not have that version.
    const said = JSON.stringify({
      '@level': 'info',
      '@message': 'Action started: action.aws_lambda_invoke.x',
      '@timestamp': '2026-01-01T00:00:00Z',
      type: 'action_start',
      hook: {
        action: { addr: 'action.aws_lambda_invoke.x' },
        lifecycle: { resource: { addr: 'terraform_data.slow' } },
      },
    })
    const odd = '{"@message":"odd","type":"apply_start","hook":{"resource":null}}'
    const env = stack.inPlaceOfTerraform(
      `[ "$1" = apply ] && echo '${said}' && echo '${odd}'\nexec "$REAL_TERRAFORM" "$@"`,
    )
    const { code, log } = await stack.run({}, { env })
    expect(code).toBe(0)
    expect(log).toContain('Action started: action.aws_lambda_invoke.x')
    expect(await store.keys(stack.key)).toEqual([stack.key])
  })
})
