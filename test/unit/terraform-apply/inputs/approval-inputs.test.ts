import { readApproval } from '../../../../actions/terraform-apply/src/inputs/approval-inputs.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const KEY = 'sixteen letters!'
const read = (approved: string | undefined, key: string, required = false) =>
  readApproval(new InputReader({ 'INPUT_APPROVED-PLAN': approved, 'INPUT_FINGERPRINT-KEY': key }), required)

test.each([
  ['pull-request', KEY, { approved: 'pull-request', key: KEY }],
  [undefined, KEY, { approved: undefined, key: KEY }],
  [undefined, '', { approved: undefined, key: undefined }],
])('reads the approved plan %j with the key %j', (approved, key, expected) => {
  expect(read(approved, key)).toEqual(expected)
})

test('refuses a key of less than 16 characters, and does not show it', () => {
  expect(() => read(undefined, 'fifteen letters')).toThrow(
    expect.objectContaining({
      message: 'Input `fingerprint-key` is shorter than 16 characters, so it could be guessed.',
      hint: expect.stringContaining('openssl rand -base64 32'),
    }),
  )
})

test('refuses an approved plan without a key', () => {
  expect(() => read('pull-request', '')).toThrow('Input `fingerprint-key` is missing, and `approved-plan` needs it.')
})

test('requires an approved plan for `verify`', () => {
  expect(read('pull-request', KEY, true).approved).toBe('pull-request')
  expect(() => read(undefined, KEY, true)).toThrow(
    'Input `approved-plan` is missing: `verify` compares a new plan with it.',
  )
  expect(() => read(undefined, '', true)).toThrow('Input `approved-plan` is missing')
})
