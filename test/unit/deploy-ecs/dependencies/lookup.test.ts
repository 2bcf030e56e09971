import { FOUND, lookUp, missing } from '../../../../actions/deploy-ecs/src/dependencies/lookup.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const absent = { error: 'NoSuchEntityException', lookup: missing('does not exist', 'Make it') }

/** Asks once for each error, and gets an answer after the last. */
const look = (errors: readonly Error[], fake = fakeAws({})) => {
  let asked = 0
  const lookup = lookUp(fake.aws, {
    ...{ permission: 'iam:GetRole', what: 'role `web`', absent },
    ask: async () => {
      const error = errors[asked++]
      if (error !== undefined) throw error
      return 'answer'
    },
    judge: (answer) => (answer === 'answer' ? FOUND : missing('is wrong', 'Fix it')),
  })
  return { lookup, asked: () => asked }
}

const throttled = awsError('ThrottlingException')

test('judges the answer', async () => {
  expect(await look([]).lookup).toEqual(FOUND)
})

test('asks three times at most while AWS throttles, and does not fail after that', async () => {
  expect(await look([throttled, throttled]).lookup).toEqual(FOUND)
  const { lookup, asked } = look([throttled, throttled, throttled])
  expect(await lookup).toEqual({ kind: 'unknown', why: '`iam:GetRole` failed with ThrottlingException' })
  expect(asked()).toBe(3)
})

test.each([
  ['NoSuchEntityException', absent.lookup],
  ['AccessDeniedException', { kind: 'unknown', why: 'the credentials may not call `iam:GetRole`' }],
  ['ValidationException', { kind: 'unknown', why: '`iam:GetRole` failed with ValidationException' }],
  // Credentials of an opt-in region's endpoint: they are good elsewhere.
  ['UnrecognizedClientException', { kind: 'unknown', why: '`iam:GetRole` failed with UnrecognizedClientException' }],
])('%s is %j', async (name, expected) => {
  const { lookup, asked } = look([awsError(name)])
  expect(await lookup).toEqual(expected)
  expect(asked()).toBe(1)
})

test('throws when the credentials have expired', async () => {
  await expect(look([awsError('ExpiredTokenException')]).lookup).rejects.toThrow('Could not look for role `web`.')
})

test('throws when the run is cancelled', async () => {
  const fake = fakeAws({})
  fake.cancel()
  await expect(look([], fake).lookup).rejects.toThrow(CancelledError)
})
