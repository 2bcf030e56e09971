import { hostname } from 'node:os'
import { unlock } from '../../../../actions/terraform-apply/src/commands/unlock.ts'
import { identify } from '../../../../actions/terraform-apply/src/terraform/process-identity.ts'
import { fakeGitHub } from '../fake-github.ts'
import { fakeStack } from '../fake-stack.ts'

const ID = 'the-lock'
const lock = JSON.stringify({ ID, Who: 'ada@laptop', Operation: 'OperationTypeApply', Created: '' })
const holder = (process?: object) =>
  JSON.stringify({
    lockId: ID,
    repository: 'acme/infra',
    runId: '9',
    attempt: '1',
    actor: 'mona',
    runUrl: 'https://run',
    process,
  })

/** Unlocks a state beside which there are these objects. */
async function unlocked(
  objects: Readonly<Record<string, string>>,
  lockId: string | undefined = ID,
  config: object = {},
) {
  const fake = fakeStack({ inputs: { lockId } })
  for (const [suffix, text] of Object.entries(objects)) fake.objects.set(`key${suffix}`, text)
  const { backend } = fake.stack
  const error = await unlock({ ...fake.stack, backend: { ...backend, config: { ...backend.config, ...config } } }).then(
    () => undefined,
    (failure: unknown) => failure as Error,
  )
  // No refusal may reach Terraform.
  expect(fake.commands).toEqual([])
  return { message: error?.message, lines: fake.lines }
}

test('does nothing when the state is not locked', async () => {
  const { message, lines } = await unlocked({})
  expect(message).toBeUndefined()
  expect(lines).toEqual(['notice: s3://bucket/key is not locked; there is nothing to do.'])
})

test('refuses another lock than the one in `lock-id`', async () => {
  const { message } = await unlocked({ '.tflock': lock, '.holder.json': holder() }, 'another')
  expect(message).toBe('Input `lock-id` is another, and the state is now locked by the-lock.')
})

test('refuses a lock that no run has recorded', async () => {
  expect((await unlocked({ '.tflock': lock })).message).toContain(
    'No workflow run has recorded that it holds lock the-lock',
  )
})

test('refuses a lock whose Terraform is still running on this machine', async () => {
  const running = { host: hostname(), pid: process.pid, identity: identify(process.pid) }
  const { message } = await unlocked({ '.tflock': lock, '.holder.json': holder(running) })
  expect(message).toBe(`The Terraform of https://run is still running on this machine, as process ${process.pid}.`)
})

test('refuses a lock of another self-hosted runner', async () => {
  const other = { host: 'builder-7', pid: 4711, identity: '1', runner: 'self-hosted' }
  expect((await unlocked({ '.tflock': lock, '.holder.json': holder(other) })).message).toContain(
    'The lock was acquired on builder-7, a self-hosted runner.',
  )
})

test('refuses a backend that locks in DynamoDB', async () => {
  const config = { use_lockfile: false, dynamodb_table: 'locks' }
  expect((await unlocked({ '.tflock': lock }, ID, config)).message).toContain('are in the DynamoDB table locks')
})

test('refuses to run without `lock-id`', async () => {
  const fake = fakeStack()
  await expect(unlock(fake.stack)).rejects.toThrow('Input `lock-id` is missing.')
})

test('refuses a backend other than S3', async () => {
  const { stack } = fakeStack({ inputs: { lockId: ID } })
  await expect(unlock({ ...stack, store: undefined })).rejects.toMatchObject({
    message: '`command: unlock` supports only the S3 backend.',
    hint: `Make sure that no Terraform is running, then run \`terraform force-unlock ${ID}\`.`,
  })
})

test('refuses a setting of the backend that only Terraform supports', async () => {
  const config = { encrypt: true, sse_customer_key: 'key' }
  expect((await unlocked({ '.tflock': lock }, ID, config)).message).toContain(
    '`command: unlock` does not support the setting `sse_customer_key`',
  )
})

describe('asks GitHub whether the run is over, and', () => {
  let github: Awaited<ReturnType<typeof fakeGitHub>>
  beforeAll(async () => {
    github = await fakeGitHub()
  })
  afterEach(() => github.reset())
  afterAll(() => github.close())

  /** Unlocks a state that run 9 has locked, from a workflow of another repository. */
  async function unlockRun(
    status: string | undefined,
    { code = 0, process }: { code?: number; process?: object } = {},
  ) {
    if (status !== undefined) github.runs.set(9, status)
    const inputs = { lockId: ID, github: { token: 't', comment: true } }
    const { stack, objects, lines } = fakeStack({ inputs, env: { ...github.env, GITHUB_REPOSITORY: 'acme/other' } })
    objects.set('key.tflock', lock).set('key.holder.json', holder(process))
    const ran: string[] = []
    const tf = {
      ...stack.tf,
      exec: async (args: readonly string[]) => {
        ran.push(args.join(' '))
        return { code, stdout: '', stderr: code === 0 ? '' : 'Error: you may not\n' }
      },
    }
    const error = await unlock({ ...stack, tf }).then(
      () => undefined,
      (failure: unknown) => failure as Error,
    )
    return { message: error?.message, hint: (error as { hint?: string } | undefined)?.hint, ran, lines }
  }

  test('removes the lock of a run that is over', async () => {
    const { message, ran, lines } = await unlockRun('completed')
    expect(message).toBeUndefined()
    expect(ran).toEqual([`force-unlock -force ${ID}`])
    expect(lines).toEqual([`notice: Removed lock ${ID}, which https://run had not released.`])
  })

  test.each([
    ["on GitHub's own machine, which is gone", { host: 'fv-az1', pid: 1, identity: '1', runner: 'github-hosted' }],
    ['on this machine, where its process has ended', { host: hostname(), pid: process.pid, identity: 'another' }],
  ])('removes the lock of a run %s', async (_, holding) => {
    expect((await unlockRun('completed', { process: holding })).ran).toHaveLength(1)
  })

  test.each(['in_progress', 'queued'])('leaves the lock of a run that is %s', async (status) => {
    const { message, ran } = await unlockRun(status)
    expect({ message, ran }).toEqual({
      message: `The run that holds the lock is not over: https://run is ${status}.`,
      ran: [],
    })
  })

  test('leaves the lock when GitHub does not answer for that run', async () => {
    const { message, hint, ran } = await unlockRun(undefined)
    expect(message).toContain('Could not find out whether https://run is over')
    expect(hint).toContain('`permissions: actions: read`')
    expect(ran).toEqual([])
  })

  test('says when Terraform did not remove the lock', async () => {
    expect((await unlockRun('completed', { code: 1 })).message).toBe(
      `Terraform did not remove lock ${ID}: Error: you may not`,
    )
  })
})
