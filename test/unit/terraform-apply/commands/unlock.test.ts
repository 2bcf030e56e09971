import { hostname } from 'node:os'
import { unlock } from '../../../../actions/terraform-apply/src/commands/unlock.ts'
import { identify } from '../../../../actions/terraform-apply/src/terraform/process-identity.ts'
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
