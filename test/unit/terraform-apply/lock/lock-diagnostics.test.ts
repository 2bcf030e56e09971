import { lockIn } from '../../../../actions/terraform-apply/src/lock/lock-diagnostics.ts'

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
