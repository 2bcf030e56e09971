// An apply that is cancelled during a request of the real AWS provider. On SIGINT the provider (5.100) aborts the requests that are
// in flight: "context canceled". AWS carries them out all the same, and the state does not have their results. So Terraform gets
// SIGINT only once nothing was created or changed for a while; or when `cancel-timeout` is over, as in the last tests.
import { CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { Call, Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { type StepResult, source } from '../../support/run-action.ts'
import { type Stack, type StateStore, until, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const WORLD = 'world'
/** How long a request takes at least: Terraform must not be interrupted in that time. */
const SLOW_MS = 6_000

const PROVIDER = `
  provider "aws" {
    s3_use_path_style           = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
  }`

/** A cloud that holds one request, and then the release of the lock, so that Terraform is still ending at that time. */
interface Slow {
  readonly intercept: Intercept
  readonly inFlight: () => boolean
  /** Lets the cloud carry out the request: SLOW_MS after it came at the earliest. */
  readonly carryOut: () => void
  readonly releaseLock: () => void
}

function slowOnce(request: (call: Call) => boolean): Slow {
  const [carryOut, releaseLock] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let [inFlight, releases] = [false, false]
  const intercept: Intercept = (call) => {
    if (!inFlight && request(call)) {
      inFlight = true
      return { delay: SLOW_MS, until: carryOut.promise }
    }
    const release = call.action === 'DeleteObject' && call.request.url.pathname.endsWith('.tflock')
    if (!inFlight || releases || !release) return undefined
    releases = true
    return { until: releaseLock.promise }
  }
  return { intercept, inFlight: () => inFlight, carryOut: carryOut.resolve, releaseLock: releaseLock.resolve }
}

/** Cancels as the runner does while the request is in flight: SIGINT, SIGTERM, SIGKILL, post step. Returns the result of the post step. */
async function cancelInFlight(
  stack: Stack,
  store: StateStore,
  slow: Slow,
  { inputs = {}, late = false }: Cancel = {},
): Promise<StepResult> {
  const step = stack.start(inputs)
  await until(slow.inFlight)
  step.child.kill('SIGINT')
  await until(() => step.log().includes('Cancelled: Terraform apply is asked to stop'))
  step.child.kill('SIGTERM')
  if (!late) slow.carryOut()
  // Terraform logs this when the lock takes long. By then the step has had the time to send a second signal, if it did.
  await until(() => step.log().includes('Releasing state lock'))
  step.child.kill('SIGKILL')
  const { killedBy, state } = await step.ended
  expect(killedBy).toBe('SIGKILL')
  // Otherwise the post step would have nothing to wait for.
  expect(await store.keys(stack.key)).toContain(`${stack.key}.tflock`)
  const post = stack.start({}, { phase: 'post', state })
  await until(() => post.log().includes('which continued after the step'))
  slow.releaseLock()
  const ended = await post.ended
  slow.carryOut()
  return ended
}

interface Cancel {
  readonly inputs?: Readonly<Record<string, string>>
  /** Whether the cloud carries out the request only once all is over. */
  readonly late?: boolean
}

/** The apply completed while the post step waited: the state is saved, and the lock released. */
async function expectFinished(post: StepResult, stack: Stack, store: StateStore): Promise<void> {
  expect(post.code).toBe(0)
  // A signal while the lock is released does no harm.
  expect(post.log).not.toMatch(/Two interrupts received|Interrupted while/)
  expect(post.log).toContain('Terraform apply completed after the step')
  expect(await store.keys(stack.key)).toEqual([stack.key])
}

/** Terraform got one signal and ended by itself while the post step waited: the state is saved, and the lock released. */
async function expectInterrupted(post: StepResult, stack: Stack, store: StateStore): Promise<void> {
  expect(post.code).toBe(0)
  expect(post.log.match(/Interrupt received\.|Two interrupts received/g)).toEqual(['Interrupt received.'])
  expect(post.log).toContain('Terraform apply ended before it was complete.')
  expect(await store.keys(stack.key)).toEqual([stack.key])
}

/** The objects in the bucket: key and MD5. */
async function objects({ s3 }: StateStore): Promise<readonly string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: WORLD }))
  return Contents.map(({ Key, ETag = '' }) => `${Key} ${ETag.replaceAll('"', '')}`).sort()
}

interface Instance {
  readonly status?: string
  readonly attributes: Readonly<Record<string, unknown>>
}

const instances = async (stack: Stack) =>
  (await stack.state()).resources.flatMap(({ instances }) => instances as Instance[])

/** The objects in the state. */
const stated = async (stack: Stack) =>
  (await instances(stack)).map(({ attributes }) => `${attributes['key']} ${attributes['etag']}`).sort()

const keysOf = (them: readonly string[]) => them.map((one) => one.split(' ')[0])

/** Waits until the cloud has carried out the slow request. */
const carriedOut = ({ cloud }: StateStore, action: string, of = '') =>
  until(() =>
    cloud.journal
      .entries('api')
      .some(
        (entry) => entry.action === action && entry.fault === true && JSON.stringify(entry.request ?? '').includes(of),
      ),
  )

const countsOf = ({ outputs }: StepResult) => JSON.parse(outputs['counts'] ?? '{}')

const object = (name: string, after = '') => `
  resource "aws_s3_object" "${name}" {
    bucket     = "${WORLD}"
    key        = "${name}"
    content    = "this is ${name}"
    depends_on = [${after}]
  }`

const ROLE = `
  resource "aws_iam_role" "task" {
    name = "task"
    assume_role_policy = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
    })
  }`

const CLUSTER = `
  resource "aws_ecs_cluster" "web" {
    name = "web"
  }`

const stackOf = (name: string, ...main: readonly string[]) => ({
  entry: source('terraform-apply'),
  name,
  files: { 'main.tf': [PROVIDER, ...main].join('\n') },
})

const isWriteOf = (name: string, method: string) => (call: Call) =>
  call.request.method === method && call.request.url.pathname.endsWith(`/${name}`)

describe('completes what is being created when the run is cancelled, and keeps it in the state:', () => {
  test('an object, and the operations that follow at once', async () => {
    const main = [object('first'), object('slow', 'aws_s3_object.first'), object('last', 'aws_s3_object.slow')]
    const slow = slowOnce(isWriteOf('slow', 'PUT'))
    await withStack({ ...stackOf('object', ...main), intercept: slow.intercept }, async (stack, store) => {
      await store.s3.send(new CreateBucketCommand({ Bucket: WORLD }))
      await expectFinished(await cancelInFlight(stack, store, slow), stack, store)
      expect(keysOf(await objects(store))).toEqual(['first', 'last', 'slow'])
      expect(await stated(stack)).toEqual(await objects(store))
      await stack.attachProvider()
      expect((await stack.run({})).outputs['has-changes']).toBe('false')
    })
  })

  test('a role, whose name must be unique', async () => {
    const slow = slowOnce(({ action }) => action === 'CreateRole')
    await withStack({ ...stackOf('role', ROLE), intercept: slow.intercept }, async (stack, store) => {
      await expectFinished(await cancelInFlight(stack, store, slow), stack, store)
      expect(await instances(stack)).toMatchObject([{ attributes: { name: 'task' } }])
    })
  })

  test('a cluster that exists, and that the provider waits for', async () => {
    const slow = slowOnce(({ action }) => action === 'DescribeClusters')
    await withStack({ ...stackOf('cluster', CLUSTER), intercept: slow.intercept }, async (stack, store) => {
      await expectFinished(await cancelInFlight(stack, store, slow), stack, store)
      const [cluster] = await instances(stack)
      expect(cluster).toMatchObject({ attributes: { name: 'web' } })
      expect(cluster?.status).toBeUndefined()
    })
  })
})

test('interrupts Terraform once nothing is being created, also when the step was killed and no post step runs', async () => {
  // Read during the apply until Terraform is interrupted: nothing is being created at that time.
  const read = `
    data "aws_ecs_cluster" "web" {
      cluster_name = "web"
      depends_on   = [aws_iam_role.task]
    }`
  const slow = slowOnce(({ action }) => action === 'CreateRole')
  const interrupted = Promise.withResolvers<void>()
  const slowly: Intercept = (call) =>
    call.action === 'DescribeClusters' ? { until: interrupted.promise } : slow.intercept(call)
  const files = stackOf('alone', ROLE, read, object('last', 'data.aws_ecs_cluster.web'))
  await withStack({ ...files, intercept: slowly }, async (stack, store) => {
    const step = stack.start({})
    await until(slow.inFlight)
    step.child.kill('SIGINT')
    await until(() => step.log().includes('In progress: aws_iam_role.task.'))
    step.child.kill('SIGKILL')
    const { state } = await step.ended
    slow.carryOut()
    slow.releaseLock()
    await until(async () => !(await store.keys(stack.key)).includes(`${stack.key}.tflock`))
    interrupted.resolve()

    expect(await instances(stack)).toMatchObject([{ attributes: { name: 'task' } }])
    const post = await stack.run({}, { phase: 'post', state })
    await expectInterrupted(post, stack, store)
    expect(post.log).not.toContain('aws_s3_object.last: Creating')
    expect(post.log).not.toContain('::warning::Interrupted')
  })
})

test('does not wait for a destroy: no more is destroyed, and the next run finds what is gone', async () => {
  const slow = slowOnce(isWriteOf('slow', 'DELETE'))
  const main = [object('first'), object('slow', 'aws_s3_object.first')]
  await withStack({ ...stackOf('destroy', ...main), intercept: slow.intercept }, async (stack, store) => {
    await store.s3.send(new CreateBucketCommand({ Bucket: WORLD }))
    expect(await stack.run({})).toMatchObject({ code: 0 })
    await expectInterrupted(
      await cancelInFlight(stack, store, slow, { inputs: { destroy: 'true' }, late: true }),
      stack,
      store,
    )
    await carriedOut(store, 'DeleteObject', 'slow')
    expect(keysOf(await stated(stack))).toEqual(['first', 'slow'])
    expect(keysOf(await objects(store))).toEqual(['first'])

    await stack.attachProvider()
    expect(countsOf(await stack.run({}))).toMatchObject({ create: 1 })
    expect(await stated(stack)).toEqual(await objects(store))
  })
})

describe('cuts short what takes longer than `cancel-timeout`, and names it:', () => {
  const inputs = { 'cancel-timeout': '1s' }

  test('a role that AWS has created all the same, which the next run has to import', async () => {
    const slow = slowOnce(({ action }) => action === 'CreateRole')
    await withStack({ ...stackOf('late-role', ROLE), intercept: slow.intercept }, async (stack, store) => {
      const post = await cancelInFlight(stack, store, slow, { inputs, late: true })
      await expectInterrupted(post, stack, store)
      expect(post.log).toContain('::warning::Interrupted while being created or changed: `aws_iam_role.task`.')
      expect(post.summary).toContain('Interrupted while being created or changed: `aws_iam_role.task`.')
      expect(await instances(stack)).toEqual([])
      await carriedOut(store, 'CreateRole')

      await stack.attachProvider()
      const next = await stack.run({})
      expect(next.code).toBe(1)
      expect(next.log).toContain('EntityAlreadyExists')
      stack.write({ 'import.tf': 'import {\n  to = aws_iam_role.task\n  id = "task"\n}\n' })
      const imported = await stack.run({})
      expect(imported.code).toBe(0)
      expect(countsOf(imported)).toMatchObject({ import: 1, create: 0 })
      expect(await instances(stack)).toMatchObject([{ attributes: { name: 'task' } }])
    })
  })

  test('a cluster that is in the state as tainted, which a guard rail can keep from being replaced', async () => {
    const slow = slowOnce(({ action }) => action === 'DescribeClusters')
    await withStack({ ...stackOf('late-cluster', CLUSTER), intercept: slow.intercept }, async (stack) => {
      const step = stack.start(inputs)
      await until(slow.inFlight)
      slow.releaseLock()
      step.child.kill('SIGINT')
      const { code, log, summary } = await step.ended
      slow.carryOut()
      expect(code).toBe(1)
      expect(log).toContain('::warning::Interrupted while being created or changed: `aws_ecs_cluster.web`.')
      expect(summary).toContain('Interrupted while being created or changed: `aws_ecs_cluster.web`.')
      expect(await instances(stack)).toMatchObject([{ status: 'tainted', attributes: { name: 'web' } }])

      await stack.attachProvider()
      const held = await stack.run({ 'protected-types': 'aws_ecs_cluster' })
      expect(held.code).toBe(1)
      expect(held.log).toContain('aws_ecs_cluster.web: would be replaced, and aws_ecs_cluster is a protected type')
    })
  })
})
