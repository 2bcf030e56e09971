import { ECR_IMAGE, readStep } from '../../../support/build-image/build-inputs.ts'

test('refuses an ECR repository outside of the expected account', () => {
  const inputs = { images: `${ECR_IMAGE}\nghcr.io/acme/web`, 'expected-account-id': '123456789012' }
  expect(readStep(inputs).expectedAccountId).toBe('123456789012')
  expect(readStep({ images: ECR_IMAGE }).expectedAccountId).toBeUndefined()
  expect(() => readStep({ ...inputs, 'expected-account-id': '12345' })).toThrow(
    'Input `expected-account-id` is `12345`, which is not an AWS account ID.',
  )
  expect(() => readStep({ ...inputs, 'expected-account-id': '999999999999' })).toThrow(
    `Input \`expected-account-id\` is 999999999999, but \`${ECR_IMAGE}\` is in account 123456789012.`,
  )
})
