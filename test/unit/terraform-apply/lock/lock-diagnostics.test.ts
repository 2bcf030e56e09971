import {
  isLockTrouble,
  isMissed,
  isNotLocked,
  isNotReleased,
  lockIn,
} from '../../../../actions/terraform-apply/src/lock/lock-diagnostics.ts'

test('reads the lock from the detail of a diagnostic', () => {
  const detail = `operation error S3: PutObject
Lock Info:
  ID:        9d3c2a5e-0000-1111-2222-333333333333
  Path:      bucket/key
  Operation: OperationTypeApply
  Who:       runner@fv-az1
  Version:   1.11.4
  Created:   2026-01-02 03:04:05.678901234 +0000 UTC
  Info:      

Terraform acquires a state lock`
  expect(lockIn(detail)).toEqual({
    ID: '9d3c2a5e-0000-1111-2222-333333333333',
    Operation: 'OperationTypeApply',
    Who: 'runner@fv-az1',
    Created: '2026-01-02T03:04:05.678Z',
  })
  expect(lockIn('access denied')).toBeUndefined()
})

const diagnostic = (summary: string, detail = '') => ({ severity: 'error', summary, detail }) as const

test.each([
  ['Error acquiring the state lock', 'Lock Info:\n  ID: x\n', { locked: true, released: false, missed: false }],
  ['Error acquiring the state lock', 'PreconditionFailed', { locked: true, released: false, missed: true }],
  [
    'Error acquiring the state lock',
    'ConditionalCheckFailedException',
    { locked: true, released: false, missed: true },
  ],
  [
    'Error acquiring the state lock',
    'PreconditionFailed\nLock Info:\n  ID: x',
    { locked: true, released: false, missed: false },
  ],
  ['Error releasing the state lock', '', { locked: false, released: true, missed: false }],
  ['failed to lock s3 state: x', '', { locked: false, released: false, missed: true }],
])('classifies %j with detail %j', (summary, detail, { locked, released, missed }) => {
  const error = diagnostic(summary, detail)
  expect([isNotLocked(error), isNotReleased(error), isMissed(error)]).toEqual([locked, released, missed])
  expect(isLockTrouble(error)).toBe(true)
})

test('finds no lock trouble in other diagnostics', () => {
  expect(isLockTrouble(diagnostic('Invalid reference', 'the state lock'))).toBe(false)
})
