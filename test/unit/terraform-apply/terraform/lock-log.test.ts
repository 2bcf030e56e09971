import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attemptedLocks, lockLogVariables } from '../../../../actions/terraform-apply/src/terraform/lock-log.ts'

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'slipway-lock-log-'))
})
afterEach(() => rmSync(scratch, { recursive: true }))

test('makes Terraform log into our folder', () => {
  expect(lockLogVariables(scratch, {})).toEqual({ TF_LOG_CORE: 'INFO', TF_LOG_PATH: join(scratch, 'core.log') })
})

test.each(['TF_LOG', 'TF_LOG_CORE', 'TF_LOG_PATH'])('leaves the log alone when %s is set', (name) => {
  expect(lockLogVariables(scratch, { [name]: 'x' })).toEqual({})
})

test('reads the id of each lock that Terraform tried to acquire', () => {
  expect(attemptedLocks(scratch)).toEqual(new Set())
  const attempt = (id: string) => `[INFO] backend-s3: Attempting to lock remote state...: tf_backend.lock.id=${id} x\n`
  writeFileSync(join(scratch, 'core.log'), `${attempt('one-1')}[INFO] lock.id=other\n${attempt('two-2')}`)
  expect(attemptedLocks(scratch)).toEqual(new Set(['one-1', 'two-2']))
})
