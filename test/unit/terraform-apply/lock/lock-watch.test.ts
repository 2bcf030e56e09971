import type { Lock } from '../../../../actions/terraform-apply/src/lock/lock.ts'
import { isOurs, LockWatch } from '../../../../actions/terraform-apply/src/lock/lock-watch.ts'
import { StateStore } from '../../../../actions/terraform-apply/src/state/state-store.ts'
import type { World } from '../../../../toolkit/runtime.ts'

const held = { operation: 'OperationTypeApply', host: 'machine', since: 1000, at: 5000 } as const
const lock = (change: Partial<Lock> = {}): Lock => ({
  ID: 'id',
  Operation: 'OperationTypeApply',
  Who: 'runner@machine',
  Created: new Date(3000).toISOString(),
  ...change,
})

test('the lock that our Terraform made, with the nanoseconds that it writes, is ours', () => {
  expect(isOurs(lock(), held)).toBe(true)
  expect(isOurs(lock({ Created: '1970-01-01T00:00:03.123456789Z' }), held)).toBe(true)
})

test.each([
  ['made by another job on this machine, after ours was released', { Created: new Date(5001).toISOString() }],
  ['left here by an earlier job', { Created: new Date(999).toISOString() }],
  ['of another operation', { Operation: 'OperationTypePlan' }],
  ['of another machine', { Who: 'runner@other-machine' }],
  ['of no known time', { Created: '' }],
])('one %s is not', (_, change) => {
  expect(isOurs(lock(change), held)).toBe(false)
})

test('a holder that cannot be noted is told once for a plan and its apply, by the name of the error alone', async () => {
  const said: string[] = []
  const world = {
    env: { GITHUB_RUN_ID: '1' },
    clock: { now: () => 0, sleep: async () => {} },
    log: { info: (line: string) => said.push(line), debug: () => {} },
  } as unknown as World
  const refused = Object.assign(new Error('with a secret'), { name: 'AccessDenied' })
  const store = new StateStore('bucket', 'key', () => Promise.reject(refused))
  for (const operation of ['OperationTypePlan', 'OperationTypeApply'] as const) {
    const watch = new LockWatch(store, world, operation)
    watch.see({ type: 'apply_start', '@timestamp': new Date(0).toISOString() } as Parameters<LockWatch['see']>[0])
    await new Promise((resolve) => setImmediate(resolve))
    await watch.settle()
  }
  expect(said).toEqual([expect.stringContaining('who holds its lock (AccessDenied).')])
})
