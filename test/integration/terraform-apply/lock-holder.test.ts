// The lock of a state: who holds it, who waits, and who may remove it.

import { existsSync, writeFileSync } from 'node:fs'
import { announcedProcess } from '../../../actions/terraform-apply/src/terraform/process-identity.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { source } from '../../support/run-action.ts'
import { s3Backend } from '../../support/terraform-apply/terraform-files.ts'
import { BUCKET, until, useStacks, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const entry = source('terraform-apply')
const stacks = useStacks(entry)
const { stack } = stacks

const runEnv = (id: number) => ({
  GITHUB_REPOSITORY: 'acme/web',
  GITHUB_RUN_ID: String(id),
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_ACTOR: 'mona',
  GITHUB_SERVER_URL: 'https://github.com',
})

/** Runs until there is a file `go`. */
const GATE = `
  resource "terraform_data" "gate" {
    provisioner "local-exec" {
      command = "touch started; while [ ! -e go ]; do sleep 0.1; done"
    }
  }`

test('makes the second of two applies wait, and logs which run holds the lock', async () => {
  const web = stack('busy', { 'main.tf': GATE })
  const first = web.start({}, { env: runEnv(1) })
  await until(() => existsSync(`${web.directory}/started`))
  await until(async () => (await stacks.store.keys('busy/')).includes('busy/terraform.tfstate.holder.json'))

  const gaveUp = await web.run({ 'lock-timeout': '2s' }, { env: runEnv(2) })
  expect(gaveUp.code).toBe(1)
  expect(gaveUp.log).toContain(
    'Waiting for the lock: mona holds it in https://github.com/acme/web/actions/runs/1/attempts/1',
  )
  expect(gaveUp.log).toMatch(
    /::error::The state is locked \(lock [0-9a-f-]{36}\): mona holds it in \S+\/runs\/1\/attempts\/1 \(\S+@\S+\) since \d+ .*, for OperationTypeApply/,
  )

  const patient = web.start({}, { env: runEnv(3) })
  await until(() => patient.log().includes('Waiting for the lock'))
  writeFileSync(`${web.directory}/go`, '')
  expect((await first.ended).code).toBe(0)
  const ended = await patient.ended
  expect(ended).toMatchObject({ code: 0, outputs: { 'has-changes': 'false' } })
  expect(await stacks.store.keys('busy/')).not.toContain('busy/terraform.tfstate.tflock')
})

test('removes the lock of a killed run by its id, once the run is over', async () => {
  const web = stack('dead', { 'main.tf': GATE })
  const step = web.start({}, { env: runEnv(10) })
  await until(async () => (await stacks.store.keys('dead/')).includes('dead/terraform.tfstate.holder.json'))
  await until(() => existsSync(`${web.directory}/started`))
  step.child.kill('SIGKILL')
  const { state } = await step.ended
  const { link } = JSON.parse(state['running'] ?? '{}') as { link: string }
  const pid = announcedProcess(link)?.pid ?? 0
  const { ID } = JSON.parse(await stacks.store.text('dead/terraform.tfstate.tflock')) as { ID: string }
  const { runs } = stacks.store.cloud.github.repository('acme/web')
  runs.set(10, { id: 10, attempt: 1, status: 'completed', conclusion: 'cancelled' })
  const unlock = async (lockId: string) =>
    web.run({ command: 'unlock', 'lock-id': lockId, 'github-token': 'any' }, { env: runEnv(11) })

  // The runner is gone, and GitHub says so; Terraform continues.
  expect((await unlock(ID)).log).toContain(`still running on this machine, as process ${pid}`)
  // The machine dies, and Terraform with it.
  process.kill(-pid, 'SIGKILL')
  runs.set(10, { id: 10, attempt: 1, status: 'in_progress', conclusion: null })

  expect((await web.run({ command: 'unlock' })).log).toContain('Input `lock-id` is missing')
  expect((await unlock('11111111-1111-1111-1111-111111111111')).log).toContain(`the state is now locked by ${ID}`)
  expect((await unlock(ID)).log).toContain('runs/10/attempts/1 is in_progress')
  expect(await stacks.store.keys('dead/')).toContain('dead/terraform.tfstate.tflock')

  runs.set(10, { id: 10, attempt: 1, status: 'completed', conclusion: 'cancelled' })
  const removed = await unlock(ID)
  expect(removed).toMatchObject({ code: 0 })
  expect(removed.log).toContain(`Removed lock ${ID}`)
  expect((await unlock(ID)).log).toContain('is not locked; there is nothing to do')

  writeFileSync(`${web.directory}/go`, '')
  expect((await web.run({})).code).toBe(0)
})

test('refuses to remove a lock that no recorded run holds', async () => {
  const web = stack('laptop', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const lock = {
    ID: '22222222-2222-2222-2222-222222222222',
    Operation: 'OperationTypeApply',
    Who: 'ada@laptop',
    Created: '2026-01-01T00:00:00Z',
  }
  await stacks.store.put(
    'laptop/terraform.tfstate.tflock',
    JSON.stringify({ ...lock, Info: '', Version: '1.11.4', Path: 'x' }),
  )
  const refused = await web.run({ command: 'unlock', 'lock-id': lock.ID, 'github-token': 'any' }, { env: runEnv(20) })
  expect(refused.code).toBe(1)
  expect(refused.log).toContain(
    'No workflow run has recorded that it holds lock 22222222-2222-2222-2222-222222222222: ada@laptop holds it since',
  )
  expect(await stacks.store.keys('laptop/')).toContain('laptop/terraform.tfstate.tflock')
})

test('removes a lock from a self-hosted runner only on that machine', async () => {
  const web = stack('runner', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const ID = '33333333-3333-3333-3333-333333333333'
  const lock = { ID, Operation: 'OperationTypeApply', Who: 'ci@builder-7', Created: '2026-01-01T00:00:00Z' }
  const process = { host: 'builder-7', pid: 4711, identity: 'x', runner: 'self-hosted' }
  const holder = {
    lockId: ID,
    repository: 'acme/web',
    runId: '40',
    attempt: '1',
    runUrl: 'https://x',
    actor: 'mona',
    process,
  }
  await stacks.store.put('runner/terraform.tfstate.tflock', JSON.stringify(lock))
  await stacks.store.put('runner/terraform.tfstate.holder.json', JSON.stringify(holder))
  const { runs } = stacks.store.cloud.github.repository('acme/web')
  runs.set(40, { id: 40, attempt: 1, status: 'completed', conclusion: 'failure' })
  const unlock = () => web.run({ command: 'unlock', 'lock-id': ID, 'github-token': 'any' }, { env: runEnv(41) })
  const refused = await unlock()
  expect(refused.code).toBe(1)
  expect(refused.log).toContain('The lock was acquired on builder-7, a self-hosted runner')
  expect(refused.log).toContain('whether process 4711 is still a Terraform')
  expect(await stacks.store.keys('runner/')).toContain('runner/terraform.tfstate.tflock')

  await stacks.store.put(
    'runner/terraform.tfstate.holder.json',
    JSON.stringify({ ...holder, process: { ...process, runner: 'github-hosted' } }),
  )
  expect(await unlock()).toMatchObject({ code: 0 })
})

test('refuses to unlock a backend that locks only in DynamoDB', async () => {
  const backend = s3Backend(BUCKET, 'dynamo/terraform.tfstate').replace(/use_lockfile.*/, 'dynamodb_table = "locks"')
  const web = stack('dynamo', { 'main.tf': 'resource "terraform_data" "a" {}', 'backend.tf': backend })
  const refused = await web.run({ command: 'unlock', 'lock-id': 'some-id', 'github-token': 'any' })
  expect(refused.code).toBe(1)
  expect(refused.log).toContain('are in the DynamoDB table locks, which `command: unlock` does not read')
  expect(refused.log).toContain('terraform force-unlock some-id')
})

test('applies with a role that may not record the holder, and logs that once', async () => {
  let directory = ''
  const intercept: Intercept = ({ request }) => {
    if (request.method !== 'PUT' || !request.url.pathname.endsWith('.holder.json')) return undefined
    writeFileSync(`${directory}/go`, '')
    return { error: new AwsError('AccessDenied', 'User: arn:aws:iam::123456789012:user/ci may not.', 403) }
  }
  await withStack({ entry, name: 'unnamed', files: { 'main.tf': GATE }, intercept }, async (web) => {
    directory = web.directory
    const { code, log } = await web.run({}, { env: runEnv(30) })
    expect(code).toBe(0)
    expect(log.match(/Could not record beside the state which run holds its lock \(AccessDenied\)/g)).toHaveLength(1)
    expect(log.replaceAll(/^::debug::.*$/gm, '')).not.toContain('user/ci')
  })
})

describe('a lock that is released just as Terraform reads who holds it', () => {
  const files = { 'main.tf': 'resource "terraform_data" "a" {}' }
  let tried = 0
  beforeEach(() => {
    tried = 0
  })
  /** The lock is held for so many requests in a row. */
  const held =
    (times: number): Intercept =>
    ({ request }) => {
      if (request.method !== 'PUT' || !request.url.pathname.endsWith('.tflock')) return undefined
      tried++
      return tried % (times + 1) === 0 ? undefined : { error: new AwsError('PreconditionFailed', 'Held.', 412) }
    }

  test.each([
    ['in plan and in apply', {}, 'web/terraform.tfstate', 2],
    ['while a workspace is created', { workspace: 'new' }, 'env:/new/web/terraform.tfstate', 3],
  ])('is acquired again %s', (_, inputs, key, again) =>
    withStack({ entry, name: 'web', files, intercept: held(1) }, async (web, store) => {
      const { code, log } = await web.run(inputs)
      expect(code).toBe(0)
      expect(log.match(/The lock should be free by now; trying again/g)).toHaveLength(again)
      expect(log).not.toContain('::error')
      expect(tried).toBe(2 * again)
      expect(await store.keys('')).toEqual([key])
    }),
  )

  test('fails the step after five attempts to acquire it', () =>
    withStack({ entry, name: 'web', files, intercept: held(Number.POSITIVE_INFINITY) }, async (web, store) => {
      const { code, log } = await web.run({})
      expect(code).toBe(1)
      expect(log.match(/::error.*/g)).toEqual([expect.stringContaining('::error::The state could not be locked.')])
      expect(tried).toBe(5)
      expect(await store.keys('')).toEqual([])
    }))
})

test('refuses to unlock a backend with settings that only Terraform supports', async () => {
  const backend = s3Backend(BUCKET, 'customer/terraform.tfstate').replace(
    /use_lockfile/,
    'encrypt = true\n    use_lockfile',
  )
  const web = stack('customer', { 'main.tf': 'resource "terraform_data" "a" {}', 'backend.tf': backend })
  const env = { AWS_SSE_CUSTOMER_KEY: Buffer.alloc(32, 1).toString('base64') }
  const refused = await web.run({ command: 'unlock', 'lock-id': 'some-id', 'github-token': 'any' }, { env })
  expect(refused.code).toBe(1)
  expect(refused.log).toContain('`command: unlock` does not support the setting `sse_customer_key` of the S3 backend.')
  expect(refused.log).toContain('terraform force-unlock some-id')
})
