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

test('reads how a repository is created', () => {
  const inputs = {
    'create-repository': 'true',
    'repository-immutable-tags': 'true',
    'repository-scan-on-push': 'false',
    'repository-lifecycle-policy': ' {"rules": []} ',
  }
  expect(create(inputs)).toEqual({ immutableTags: true, scanOnPush: false, lifecyclePolicy: '{"rules": []}' })
})

test.each([
  ['keep 10', 'is not JSON.'],
  ['{}', 'has no list `rules`.'],
])('refuses the lifecycle policy %s also when no repository is created', (policy, message) => {
  const input = 'repository-lifecycle-policy'
  expect(() => create({ [input]: policy })).toThrow(refusal(input, message))
})
