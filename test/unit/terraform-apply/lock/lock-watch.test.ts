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

test('recognizes the lock of our Terraform, whose time has nanoseconds', () => {
  expect(isOurs(lock(), held)).toBe(true)
  expect(isOurs(lock({ Created: '1970-01-01T00:00:03.123456789Z' }), held)).toBe(true)
})

test.each([
  ['that another job on this machine acquired after ours was released', { Created: new Date(5001).toISOString() }],
  ['of an earlier job on this machine', { Created: new Date(999).toISOString() }],
  ['of another operation', { Operation: 'OperationTypePlan' }],
  ['of another machine', { Who: 'runner@other-machine' }],
  ['without a time', { Created: '' }],
])('does not take a lock %s for ours', (_, change) => {
  expect(isOurs(lock(change), held)).toBe(false)
})

test('logs once for a plan and its apply that the holder cannot be recorded, with the name of the error only', async () => {
  const logged: string[] = []
  const world = {
    env: { GITHUB_RUN_ID: '1' },
    clock: { now: () => 0, sleep: async () => {} },
    log: { info: (line: string) => logged.push(line), debug: () => {} },
  } as unknown as World
  const refused = Object.assign(new Error('with a secret'), { name: 'AccessDenied' })
  const store = new StateStore('bucket', 'key', () => Promise.reject(refused))
  for (const operation of ['OperationTypePlan', 'OperationTypeApply'] as const) {
    const watch = new LockWatch(world, store, operation)
    watch.see({ type: 'apply_start', '@timestamp': new Date(0).toISOString() } as Parameters<LockWatch['see']>[0])
    await new Promise((resolve) => setImmediate(resolve))
    await watch.settle()
  }
  expect(logged).toEqual([expect.stringContaining('which run holds its lock (AccessDenied).')])
})
