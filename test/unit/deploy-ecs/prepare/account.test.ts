import { checkAccount } from '../../../../actions/deploy-ecs/src/prepare/account.ts'
import { fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const credentials = () =>
  fakeAws({ GetCallerIdentity: { Account: '123456789012', Arn: 'arn:aws:sts::123456789012:assumed-role/ci/x' } })

test('accepts credentials of the expected account', async () => {
  await expect(checkAccount(credentials().aws, '123456789012')).resolves.toBeUndefined()
})

test('refuses credentials of another account', async () => {
  await expect(checkAccount(credentials().aws, '999999999999')).rejects.toThrow(
    /`expected-account-id` is 999999999999.*123456789012/,
  )
})

test('makes no call without an expected account', async () => {
  const { aws, calls } = credentials()
  await checkAccount(aws, undefined)
  expect(calls).toEqual([])
})
