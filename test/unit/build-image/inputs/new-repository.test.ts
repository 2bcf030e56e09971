import { ECR_IMAGE, readStep, refusal } from '../../../support/build-image/build-inputs.ts'

const create = (inputs: Readonly<Record<string, string>>) => readStep({ images: ECR_IMAGE, ...inputs }).createRepository

test('no repository is created unless `create-repository` is true', () => {
  expect(create({ 'repository-immutable-tags': 'true' })).toBeUndefined()
  expect(create({ 'create-repository': 'true' })).toEqual({
    immutableTags: false,
    scanOnPush: true,
    lifecyclePolicy: undefined,
  })
})

/** ECR accepts 100 to 30720 characters. */
const policyOf = (length: number) => `{"rules": [${' '.repeat(length - 13)}]}`

test('reads how a repository is created', () => {
  const inputs = {
    'create-repository': 'true',
    'repository-immutable-tags': 'true',
    'repository-scan-on-push': 'false',
    'repository-lifecycle-policy': ` ${policyOf(100)} `,
  }
  expect(create(inputs)).toEqual({ immutableTags: true, scanOnPush: false, lifecyclePolicy: policyOf(100) })
  expect(create({ ...inputs, 'repository-lifecycle-policy': policyOf(30_720) })?.lifecyclePolicy).toHaveLength(30_720)
})

test.each([
  ['keep 10', 'is not JSON.'],
  ['{}', 'has no list `rules`.'],
  [policyOf(99), 'has 99 characters, and ECR accepts 100 to 30720.'],
  [policyOf(30_721), 'has 30721 characters, and ECR accepts 100 to 30720.'],
])('refuses a lifecycle policy also when no repository is created: %#, %.0s%s', (policy, message) => {
  const input = 'repository-lifecycle-policy'
  expect(() => create({ [input]: policy })).toThrow(refusal(input, message))
})
