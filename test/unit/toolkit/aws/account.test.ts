import { checkAccount, readAccountId, refuseOtherAccount } from '../../../../toolkit/aws/account.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'
import { useSts } from '../../../support/fake-sts.ts'

const read = (value: string) => readAccountId(new InputReader({ 'INPUT_EXPECTED-ACCOUNT-ID': value }))

test('accepts twelve digits, leading zeros included', () => {
  expect(read('012345678901')).toBe('012345678901')
  expect(read('')).toBeUndefined()
})

test.each(['12345', '12345678901234', 'prod', '1234-5678-9012'])('refuses %s as an account', (value) => {
  expect(() => read(value)).toThrow(`Input \`expected-account-id\` is \`${value}\`, which is not an AWS account ID`)
})

test('refuses credentials of another account, and names both', () => {
  const caller = { Account: '222222222222', Arn: 'arn:aws:sts::222222222222:assumed-role/ci/run' }
  expect(() => refuseOtherAccount('222222222222', caller)).not.toThrow()
  expect(() => refuseOtherAccount('111111111111', caller)).toThrow(
    'is 111111111111, but the credentials belong to account 222222222222 (arn:aws:sts::222222222222:assumed-role/ci/run)',
  )
})

const sts = await useSts()

describe('checks the account of the credentials by STS', () => {
  const check = async (expected: string | undefined) => {
    const { world, lines } = recordingWorld({})
    await checkAccount(expected, world, 'eu-west-1')
    return lines
  }

  test('and logs it', async () => {
    expect(await check('222222222222')).toEqual([
      'AWS account 222222222222, as arn:aws:sts::222222222222:assumed-role/deploy/web-7-1',
    ])
  })

  test('and refuses another one', async () => {
    await expect(check('333333333333')).rejects.toThrow('but the credentials belong to account 222222222222')
  })

  test('only where one is expected', async () => {
    expect(await check(undefined)).toEqual([])
    expect(sts.requests).toEqual([])
  })

  test('and says that it failed', async () => {
    sts.answers['GetCallerIdentity'] = { code: 'ExpiredToken', message: 'expired' }
    await expect(check('222222222222')).rejects.toThrow(
      'Could not read the account of the credentials (sts:GetCallerIdentity). ExpiredToken',
    )
  })
})
