import { readAccountId, refuseOtherAccount } from '../../../../toolkit/aws/account.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const read = (value: string) => readAccountId(new InputReader({ 'INPUT_EXPECTED-ACCOUNT-ID': value }))

test('an account has twelve digits, leading zeros included', () => {
  expect(read('012345678901')).toBe('012345678901')
  expect(read('')).toBeUndefined()
})

test.each(['12345', '12345678901234', 'prod', '1234-5678-9012'])('%s is no account', (value) => {
  expect(() => read(value)).toThrow(`Input \`expected-account-id\` is \`${value}\`, which is not an AWS account ID`)
})

test('credentials of another account are refused, and named', () => {
  const caller = { Account: '222222222222', Arn: 'arn:aws:sts::222222222222:assumed-role/ci/run' }
  expect(() => refuseOtherAccount('222222222222', caller)).not.toThrow()
  expect(() => refuseOtherAccount('111111111111', caller)).toThrow(
    'is 111111111111, but the credentials belong to account 222222222222 (arn:aws:sts::222222222222:assumed-role/ci/run)',
  )
})
