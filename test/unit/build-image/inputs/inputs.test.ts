import { ECR_IMAGE, readStep, refusal } from '../../../support/build-image/build-inputs.ts'

test('without options it pushes, skips unchanged sources, and does nothing else', () => {
  expect(readStep({ images: ECR_IMAGE })).toMatchObject({
    push: true,
    skipUnchanged: true,
    promote: undefined,
    login: undefined,
    region: undefined,
    createRepository: undefined,
    testCommand: undefined,
    maxSize: undefined,
    scanGate: undefined,
  })
})

test('`no-cache` builds unchanged sources too', () => {
  expect(readStep({ images: ECR_IMAGE, 'no-cache': 'true' }).skipUnchanged).toBe(false)
  expect(readStep({ images: ECR_IMAGE, 'skip-unchanged': 'false' }).skipUnchanged).toBe(false)
})

test('reads the scan gate, and how long to wait for the scan', () => {
  const gate = (inputs: Readonly<Record<string, string>>) => readStep({ images: ECR_IMAGE, ...inputs }).scanGate
  expect(gate({ 'scan-gate': 'critical' })).toEqual({ severity: 'critical', timeoutMs: 300_000 })
  expect(gate({ 'scan-gate': 'low', 'scan-timeout': '90s' })).toEqual({ severity: 'low', timeoutMs: 90_000 })
  expect(gate({ 'scan-timeout': '90s' })).toBeUndefined()
})

test.each<[Record<string, string>, string, string]>([
  [{}, 'images', 'Input `images` is missing.'],
  [{ images: ECR_IMAGE, 'max-size': '250' }, 'max-size', 'is `250`, which is not a size.'],
  [{ images: ECR_IMAGE, 'scan-gate': 'severe' }, 'scan-gate', 'is `severe`'],
  [
    { images: ECR_IMAGE, 'scan-gate': 'high', 'scan-timeout': 'soon' },
    'scan-timeout',
    'is `soon`, which is not a duration.',
  ],
  [{ images: ECR_IMAGE, engine: 'docker', 'cache-to': 'type=gha' }, 'engine', 'but `cache-to` needs buildx.'],
  [{ images: ECR_IMAGE, engine: 'docker', platforms: 'linux/amd64,linux/arm64' }, 'engine', 'needs buildx.'],
  [{ images: ECR_IMAGE, promote: 'ghcr.io/acme/web' }, 'promote', 'names a repository, and neither tag nor digest.'],
  [
    { images: ECR_IMAGE, promote: 'ghcr.io/acme/web:v1', 'test-command': 'true' },
    'test-command',
    'together with `promote`',
  ],
  [{ images: ECR_IMAGE, push: 'false', 'max-size': '1 MB' }, 'max-size', 'is set, but `push` is false.'],
  [{ images: ECR_IMAGE, push: 'false', 'scan-gate': 'high' }, 'scan-gate', 'is set, but `push` is false.'],
  [
    { images: ECR_IMAGE, push: 'false', 'create-repository': 'true' },
    'create-repository',
    'is set, but `push` is false.',
  ],
])('refuses %j and names %s', (inputs, input, message) => {
  expect(() => readStep(inputs)).toThrow(refusal(input, message))
})
