import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runLocked } from '../../../../actions/terraform-apply/src/operations/run-locked.ts'
import { errorLine, type FakeOptions, fakeStack } from '../fake-stack.ts'

const plan = { operation: 'OperationTypePlan', args: ['plan', '-json'] } as const
const run = (options: FakeOptions) => {
  const fake = fakeStack(options)
  return { ...fake, ended: runLocked(fake.stack, plan) }
}

test('returns the exit code, and saves that post has nothing to do', async () => {
  const { ended, state } = run({ plan: [{ code: 2, lines: [{ '@message': 'Plan: 1 to add' }] }] })
  expect(await ended).toMatchObject({ code: 2, lockError: undefined })
  expect(state['running']).toBe('')
})

test('leaves an errored state to post', async () => {
  const { ended, state, scratch } = fakeErrored()
  await ended
  expect(scratch).toBeDefined()
  expect(state['running']).toBeUndefined()
})

function fakeErrored() {
  const fake = fakeStack()
  writeFileSync(join(fake.scratch, 'errored.tfstate'), '{}')
  return { ...fake, ended: runLocked(fake.stack, plan) }
}

test('repeats a command that missed the lock', async () => {
  const missed = { code: 1, lines: [errorLine('Error acquiring the state lock', 'PreconditionFailed')] }
  const { ended, names } = run({ plan: [missed, { code: 0 }] })
  expect((await ended).code).toBe(0)
  expect(names()).toEqual(['plan', 'plan'])
})

test('names a crash, and the lock that it has left', async () => {
  const { ended } = run({ plan: [{ code: 137 }] })
  const { lockError } = await ended
  expect(lockError?.message).toBe('`Terraform plan` was killed or crashed (exit code 137).')
  expect(lockError?.hint).not.toContain('It did not release lock')
})

test('removes a lock that Terraform could not release, and counts its work as done', async () => {
  const fake = fakeStack({ plan: [{ code: 1, lines: [errorLine('Error releasing the state lock', 'ID: ours-1')] }] })
  writeFileSync(join(fake.scratch, 'core.log'), 'Attempting to lock remote state: tf_backend.lock.id=ours-1\n')
  fake.objects.set('key.tflock', '{"ID":"ours-1"}')
  expect(await runLocked(fake.stack, plan)).toMatchObject({ code: 0, lockError: undefined })
  expect(fake.objects.has('key.tflock')).toBe(false)
})

test('returns an error for a lock that another run holds', async () => {
  const { ended, names } = run({
    plan: [{ code: 1, lines: [errorLine('Error acquiring the state lock', 'ID: other\nWho: ada@laptop')] }],
  })
  const { code, lockError } = await ended
  expect(code).toBe(1)
  expect(lockError?.message).toContain('The state is locked (lock other): ada@laptop holds it')
  expect(names()).toEqual(['plan'])
})
