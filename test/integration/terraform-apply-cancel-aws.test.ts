// An apply that is cancelled in the middle of a request of the real AWS provider. On Terraform's one SIGINT the provider
// (5.100) gives up what is in flight, at whatever moment of it: "context canceled". AWS does it all the same, and the state
// knows nothing of it. What that means for the next run depends on the resource; lock and state are safe in any case.
import { CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { Call, Intercept } from '../../rehearsal/cloud/kernel/service.ts'
import { type StepResult, source } from '../support/run-action.ts'
import { type Stack, type StateStore, until, withStack } from '../support/terraform-stack.ts'

const WORLD = 'world'
const SLOW_MS = 3_000

const PROVIDER = `
  provider "aws" {
    s3_use_path_style           = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
  }`

/** What a slow cloud was asked for by now. */
interface Asked {
  inFlight: boolean
  release: boolean
}

/** A cloud that takes its time once for one request, and then once to release the lock: so Terraform is still ending then. */
function slowOnce(request: (call: Call) => boolean): { readonly asked: Asked; readonly intercept: Intercept } {
  const asked = { inFlight: false, release: false }
  const intercept: Intercept = (call) => {
    if (!asked.inFlight && request(call)) {
      asked.inFlight = true
      return { delay: SLOW_MS }
    }
    const releases = call.action === 'DeleteObject' && call.request.url.pathname.endsWith('.tflock')
    if (!asked.inFlight || asked.release || !releases) return undefined
    asked.release = true
    return { delay: SLOW_MS }
  }
  return { asked, intercept }
}

/** Cancels as the runner does, with the request in flight: SIGINT, SIGTERM, SIGKILL, the post step. Gives what that said. */
async function cancelInFlight(stack: Stack, store: StateStore, asked: Asked): Promise<StepResult> {
  const step = stack.start({})
  await until(() => asked.inFlight)
  step.child.kill('SIGINT')
  await until(() => step.log().includes('Asked Terraform to stop'))
  step.child.kill('SIGTERM')
  // Which Terraform says when that takes its time. The step has had its own by then, to send another signal if it did.
  await until(() => step.log().includes('Releasing state lock'))
  step.child.kill('SIGKILL')
  const { killedBy, state } = await step.ended
  expect(killedBy).toBe('SIGKILL')
  // Or there would be nothing left for the post step to wait for.
  expect(await store.keys(stack.key)).toContain(`${stack.key}.tflock`)
  return stack.run({}, { phase: 'post', state })
}

/** Terraform got one signal, ended in its own time while the post step waited, and left its state and no lock. */
async function expectGentle(post: StepResult, stack: Stack, store: StateStore): Promise<void> {
  expect(post.code).toBe(0)
  expect(post.log.match(/Interrupt received\.|Two interrupts received/g)).toEqual(['Interrupt received.'])
  expect(post.log).toContain('Releasing state lock')
  expect(post.log).toContain('Terraform apply ended before it was through.')
  expect(await store.keys(stack.key)).toEqual([stack.key])
}

/** The objects that there are: key and MD5. */
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

/** The objects that there are, if one believes the state. */
const stated = async (stack: Stack) =>
  (await instances(stack)).map(({ attributes }) => `${attributes['key']} ${attributes['etag']}`).sort()

const keysOf = (them: readonly string[]) => them.map((one) => one.split(' ')[0])

const written = (store: StateStore, action: string) =>
  until(() => store.cloud.journal.entries('api').some((entry) => entry.action === action && entry.fault === true))

test('an object that was being written is there without the state knowing, and the next run makes them agree', async () => {
  const object = (name: string, after: string) => `
    resource "aws_s3_object" "${name}" {
      bucket     = "${WORLD}"
      key        = "${name}"
      content    = "this is ${name}"
      depends_on = [${after}]
    }`
  const main = [
    PROVIDER,
    object('first', ''),
    object('slow', 'aws_s3_object.first'),
    object('last', 'aws_s3_object.slow'),
  ]
  const { asked, intercept } = slowOnce(
    ({ request }) => request.method === 'PUT' && /\/slow$/.test(request.url.pathname),
  )
  const files = { 'main.tf': main.join('\n') }
  await withStack({ entry: source('terraform-apply'), name: 'object', files, intercept }, async (stack, store) => {
    await store.s3.send(new CreateBucketCommand({ Bucket: WORLD }))
    const post = await cancelInFlight(stack, store, asked)
    await expectGentle(post, stack, store)
    expect(post.log).toMatch(/aws_s3_object\.slow: uploading S3 Object .*context canceled/)
    await written(store, 'PutObject')
    expect(keysOf(await objects(store))).toEqual(['first', 'slow'])
    expect(keysOf(await stated(stack))).toEqual(['first'])

    const next = await stack.run({})
    expect(next.code).toBe(0)
    expect(JSON.parse(next.outputs['counts'] ?? '{}')).toMatchObject({ create: 2, replace: 0, delete: 0 })
    expect(keysOf(await objects(store))).toEqual(['first', 'last', 'slow'])
    expect(await stated(stack)).toEqual(await objects(store))
  })
}, 180_000)

test('what may be there only once by its name is in the way of the next run, until it is imported', async () => {
  const main = `${PROVIDER}
    resource "aws_iam_role" "task" {
      name = "task"
      assume_role_policy = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
      })
    }`
  const { asked, intercept } = slowOnce(({ action }) => action === 'CreateRole')
  const files = { 'main.tf': main }
  await withStack({ entry: source('terraform-apply'), name: 'role', files, intercept }, async (stack, store) => {
    const post = await cancelInFlight(stack, store, asked)
    await expectGentle(post, stack, store)
    expect(await instances(stack)).toEqual([])
    await written(store, 'CreateRole')

    const next = await stack.run({})
    expect(next.code).toBe(1)
    expect(next.log).toContain('EntityAlreadyExists')
    stack.write({ 'import.tf': 'import {\n  to = aws_iam_role.task\n  id = "task"\n}\n' })
    const imported = await stack.run({})
    expect(imported.code).toBe(0)
    expect(JSON.parse(imported.outputs['counts'] ?? '{}')).toMatchObject({ import: 1, create: 0 })
    expect(await instances(stack)).toMatchObject([{ attributes: { name: 'task' } }])
  })
}, 240_000)

test('what was made and only being waited for is in the state, as something to replace; a guard rail can keep it', async () => {
  const files = { 'main.tf': `${PROVIDER}\n  resource "aws_ecs_cluster" "web" {\n    name = "web"\n  }` }
  const { asked, intercept } = slowOnce(({ action }) => action === 'DescribeClusters')
  await withStack({ entry: source('terraform-apply'), name: 'cluster', files, intercept }, async (stack, store) => {
    const post = await cancelInFlight(stack, store, asked)
    await expectGentle(post, stack, store)
    expect(await instances(stack)).toMatchObject([{ status: 'tainted', attributes: { name: 'web' } }])

    const held = await stack.run({ 'protected-types': 'aws_ecs_cluster' })
    expect(held.code).toBe(1)
    expect(held.log).toContain('aws_ecs_cluster.web: would be replaced, and aws_ecs_cluster is a protected type')
  })
}, 180_000)
