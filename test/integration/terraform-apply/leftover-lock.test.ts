// A lock of this very run that Terraform does not know it has, or could not release: S3 did what was asked, or the network
// was gone for a while. As in https://github.com/opentofu/opentofu/issues/4405 and hashicorp/terraform/issues/29724.
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import type { Fault, Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { source } from '../../support/run-action.ts'
import { type Stack, type StateStore, until, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const ONE = { 'main.tf': 'resource "terraform_data" "a" {}\noutput "two" { value = 2 }' }
/** Goes on once there is a file `go`. */
const GATED = {
  'main.tf': `
    resource "terraform_data" "gate" {
      provisioner "local-exec" {
        command = "touch started; while [ ! -e go ]; do sleep 0.1; done"
      }
    }`,
}
/** How often Terraform asks S3 before it gives up. */
const ASKED = 2
const LESS = { 'backend-config': `max_retries=${ASKED}` }
const REMOVED = /Removed lock [0-9a-f-]{36}, which this run had not released/

/** A stack in a cloud in which the nth call that makes (PUT) or deletes (DELETE) the lock meets a fault. */
function world(
  fault: (method: string, nth: number) => Fault | undefined,
  task: (web: Stack, store: StateStore) => Promise<void>,
  files: Readonly<Record<string, string>> = ONE,
): Promise<void> {
  const asked = new Map<string, number>()
  const intercept: Intercept = ({ request: { method, url } }) => {
    if (!url.pathname.endsWith('.tflock')) return undefined
    const nth = (asked.get(method) ?? 0) + 1
    asked.set(method, nth)
    return fault(method, nth)
  }
  return withStack({ entry: source('terraform-apply'), name: 'web', files, intercept }, task)
}

const runEnv = { GITHUB_REPOSITORY: 'acme/web', GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '1', GITHUB_ACTOR: 'mona' }

test.each([
  ['plan', 1],
  // Plan takes the first, and apply the second.
  ['apply', 2],
])('a lock whose answer was lost is let go, and taken again, by %s', (command, nth) =>
  world(
    (method, n) => (method === 'PUT' && n === nth ? { reset: 'after' } : undefined),
    async (web, store) => {
      const { code, log, outputs } = await web.run({ ...LESS, 'lock-timeout': '1s' })
      expect(code).toBe(0)
      expect(outputs).toMatchObject({ 'has-changes': 'true', two: '2' })
      expect(log).toMatch(REMOVED)
      expect(log.match(new RegExp(`::group::Terraform ${command}`, 'g'))).toHaveLength(2)
      expect(log).not.toContain('::error')
      expect(await store.keys('')).not.toContain('web/terraform.tfstate.tflock')
    },
  ),
)

test('so is the lock of a workspace that is just being made', () =>
  world(
    (method, n) => (method === 'PUT' && n === 1 ? { reset: 'after' } : undefined),
    async (web, store) => {
      const { code, log } = await web.run({ ...LESS, workspace: 'new' })
      expect(code).toBe(0)
      expect(log).toMatch(REMOVED)
      expect(log).not.toContain('::error')
      expect(await store.keys('')).toEqual(['env:/new/web/terraform.tfstate'])
    },
  ))

test.each([
  ['plan', 0],
  ['apply', 1],
])('a lock that could not be released is released, and what was done counts, by %s', (_, before) =>
  world(
    (method, n) => (method === 'DELETE' && n > before && n <= before + ASKED ? { reset: 'before' } : undefined),
    async (web, store) => {
      const { code, log, outputs, summary } = await web.run(LESS)
      expect(code).toBe(0)
      expect(outputs).toMatchObject({ 'has-changes': 'true', two: '2' })
      expect(log).toMatch(REMOVED)
      expect(log).not.toContain('::error')
      expect(summary).toContain('✅ **Applied**')
      expect(await store.keys('')).not.toContain('web/terraform.tfstate.tflock')
      expect((await web.state()).resources).toHaveLength(1)
    },
  ),
)

test('one that cannot be released at all is named, with the way to remove it once the run is over', () =>
  world(
    (method, n) => (method === 'DELETE' && n > 1 ? { reset: 'before' } : undefined),
    async (web, store) => {
      const { code, log } = await web.run(LESS, { env: runEnv })
      expect(code).toBe(1)
      const { ID } = JSON.parse(await store.text('web/terraform.tfstate.tflock')) as { ID: string }
      expect(log).toContain(`::error::Terraform could not release lock ${ID} at its end.`)
      expect(log).toContain(`\`command: unlock\` and \`lock-id: ${ID}\``)
      expect(JSON.parse(await store.text('web/terraform.tfstate.holder.json'))).toMatchObject({
        lockId: ID,
        runId: '1',
      })
    },
  ))

test('so it is beside what else went wrong', () =>
  world(
    (method, n) => (method === 'DELETE' && n > 1 ? { reset: 'before' } : undefined),
    async (web, store) => {
      const { code, log } = await web.run(LESS)
      expect(code).toBe(1)
      const { ID } = JSON.parse(await store.text('web/terraform.tfstate.tflock')) as { ID: string }
      expect(log).toContain(`::warning::Terraform could not release lock ${ID} at its end.`)
      expect(log).toContain('::error::`Terraform apply` failed: local-exec provisioner error')
    },
    {
      'main.tf': `
        resource "terraform_data" "a" {
          provisioner "local-exec" {
            command = "exit 3"
          }
        }`,
    },
  ))

test('after a kill, the post step releases what Terraform could not', () =>
  world(
    (method, n) => (method === 'DELETE' && n > 1 && n <= 1 + ASKED ? { reset: 'before' } : undefined),
    async (web, store) => {
      const step = web.start(LESS)
      await until(() => existsSync(`${web.directory}/started`))
      step.child.kill('SIGKILL')
      const { state } = await step.ended
      writeFileSync(`${web.directory}/go`, '')
      const post = await web.run(LESS, { phase: 'post', state })
      expect(post.code).toBe(0)
      expect(post.log).toMatch(REMOVED)
      expect(await store.keys('')).not.toContain('web/terraform.tfstate.tflock')
    },
    GATED,
  ))

test('after a kill while Terraform waits for its own lock, the post step removes it', () =>
  world(
    (method, n) => (method === 'PUT' && n === 2 ? { reset: 'after' } : undefined),
    async (web, store) => {
      const step = web.start({ ...LESS, 'lock-timeout': '3s' })
      await until(() => step.log().includes('Waiting for the lock'))
      step.child.kill('SIGKILL')
      const { state } = await step.ended
      const post = await web.run(LESS, { phase: 'post', state })
      expect(post.log).toMatch(REMOVED)
      expect(await store.keys('')).not.toContain('web/terraform.tfstate.tflock')
    },
  ))

test('one that another run has taken meanwhile is not removed in its place', async () => {
  const theirs = JSON.stringify({ ID: '44444444-4444-4444-4444-444444444444', Operation: 'OperationTypeApply' })
  let deletes = 0
  await world(
    (method) => {
      if (method !== 'DELETE') return undefined
      deletes++
      // Plan's own; then what apply asks for and gives up; then ours, whose answer is lost, and which is asked for again.
      if (deletes === 1) return undefined
      if (deletes <= 1 + ASKED) return { reset: 'before' }
      return deletes === 2 + ASKED ? { reset: 'after' } : { delay: 1000 }
    },
    async (web, store) => {
      const step = web.start(LESS)
      await until(() => deletes > 2 + ASKED)
      await store.put('web/terraform.tfstate.tflock', theirs)
      expect(await step.ended).toMatchObject({ code: 0 })
      expect(await store.text('web/terraform.tfstate.tflock')).toBe(theirs)
    },
  )
})

test('a Terraform that is killed is told so, and its lock is named', () =>
  world(
    () => undefined,
    async (web, store) => {
      const step = web.start({}, { env: runEnv })
      await until(() => existsSync(`${web.directory}/started`))
      const { ID } = JSON.parse(await store.text('web/terraform.tfstate.tflock')) as { ID: string }
      execFileSync('pkill', ['-KILL', '-f', `terraform apply.*${web.folder}`])
      writeFileSync(`${web.directory}/go`, '')
      const { code, log } = await step.ended
      expect(code).toBe(1)
      expect(log).toContain('::error::`Terraform apply` was killed or crashed (exit code 137).')
      expect(log).toContain(`It did not release lock ${ID}: then run this action with \`command: unlock\``)
      expect(JSON.parse(await store.text('web/terraform.tfstate.holder.json'))).toMatchObject({ lockId: ID })
    },
    GATED,
  ))

test.each([
  ['Terraform keeps a log of somebody else', { TF_LOG: 'ERROR' }],
  ['its log does not say', { TF_LOG_CORE: 'ERROR' }],
])('one that stays is never told to be free: %s', (_, env) =>
  world(
    (method, n) => (method === 'DELETE' && n > 1 ? { reset: 'before' } : undefined),
    async (web, store) => {
      const { code, log } = await web.run(LESS, { env })
      expect(code).toBe(1)
      expect(log).toContain('::error::Terraform could not release lock ')
      expect(await store.keys('')).toContain('web/terraform.tfstate.tflock')
    },
  ),
)

test('the lock of another run stays, whatever came of ours', () =>
  world(
    () => undefined,
    async (web, store) => {
      const lock = { ID: '22222222-2222-2222-2222-222222222222', Operation: 'OperationTypeApply', Who: 'ada@laptop' }
      await store.put('web/terraform.tfstate.tflock', JSON.stringify({ ...lock, Created: '2026-01-01T00:00:00Z' }))
      const { code, log } = await web.run({ ...LESS, 'lock-timeout': '1s' })
      expect(code).toBe(1)
      expect(log).toContain('The state is locked (lock 22222222-')
      expect(await store.keys('web/')).toEqual(['web/terraform.tfstate.tflock'])
    },
  ))

test('with a log of your own, Terraform says nothing to us, and its lock is left to people', () =>
  world(
    (method, n) => (method === 'PUT' && n === 1 ? { reset: 'after' } : undefined),
    async (web, store) => {
      const { code, log } = await web.run({ ...LESS, 'lock-timeout': '1s' }, { env: { TF_LOG: 'ERROR' } })
      expect(code).toBe(1)
      expect(log).toContain('The state is locked (lock ')
      expect(await store.keys('')).toEqual(['web/terraform.tfstate.tflock'])
    },
  ))
