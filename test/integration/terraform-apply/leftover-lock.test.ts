// A lock of this run that Terraform does not know it has, or could not release, because a response was lost or the network was down.
// As in https://github.com/opentofu/opentofu/issues/4405 and hashicorp/terraform/issues/29724.
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import type { Fault, Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { source } from '../../support/run-action.ts'
import { type Stack, type StateStore, until, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const ONE = { 'main.tf': 'resource "terraform_data" "a" {}\noutput "two" { value = 2 }' }
/** Waits for a file `go`. */
const GATED = {
  'main.tf': `
    resource "terraform_data" "gate" {
      provisioner "local-exec" {
        command = "touch started; while [ ! -e go ]; do sleep 0.1; done"
      }
    }`,
}
/** Terraform's attempts per request. */
const ASKED = 2
const LESS = { 'backend-config': `max_retries=${ASKED}` }
const REMOVED = /Removed lock [0-9a-f-]{36}, which this run had not released/

/** A stack in a cloud with a fault for the nth request that creates (PUT) or deletes (DELETE) the lock. */
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
  // The plan acquires the first lock, the apply the second.
  ['apply', 2],
])('removes a lock whose response was lost, and acquires it again, in %s', (command, nth) =>
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

test('removes the lock of a workspace that is being created when its response was lost', () =>
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
])('releases a lock that Terraform could not release, and counts its work as done, in %s', (_, before) =>
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

test('names a lock that cannot be released, and says how to remove it once the run is over', () =>
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

test('names the lock that was not released beside another error', () =>
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

test('releases in the post step a lock that Terraform could not release after a kill', () =>
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

test('removes in the post step the lock that Terraform itself was waiting for when the step was killed', () =>
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

test('does not remove a lock that another run has acquired since', async () => {
  const theirs = JSON.stringify({ ID: '44444444-4444-4444-4444-444444444444', Operation: 'OperationTypeApply' })
  let deletes = 0
  await world(
    (method) => {
      if (method !== 'DELETE') return undefined
      deletes++
      // The release by the plan; then by the apply, which gives up; then ours, whose response is lost, and its retry.
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

test('reports a Terraform that was killed, and names its lock', () =>
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
  ['the workflow configures the log of Terraform', { TF_LOG: 'ERROR' }],
  ['the log has no lock ids', { TF_LOG_CORE: 'ERROR' }],
])('reports a lock as left when %s', (_, env) =>
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

test('leaves the lock of another run alone', () =>
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

test('leaves the lock alone when the workflow has a Terraform log of its own', () =>
  world(
    (method, n) => (method === 'PUT' && n === 1 ? { reset: 'after' } : undefined),
    async (web, store) => {
      const { code, log } = await web.run({ ...LESS, 'lock-timeout': '1s' }, { env: { TF_LOG: 'ERROR' } })
      expect(code).toBe(1)
      expect(log).toContain('The state is locked (lock ')
      expect(await store.keys('')).toEqual(['web/terraform.tfstate.tflock'])
    },
  ))
