import type { Lock } from '../../../actions/terraform-apply/src/lock.ts'
import { isOurs } from '../../../actions/terraform-apply/src/lock-watch.ts'

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
