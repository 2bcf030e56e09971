import { cacheImage } from '../../../../actions/build-image/src/inputs/cache-inputs.ts'
import { ECR_IMAGE, readStep, refusal } from '../../../support/build-image/build-inputs.ts'

test.each([
  ['ghcr.io/acme/web:cache', 'ghcr.io/acme/web:cache'],
  ['type=registry,ref=ghcr.io/acme/web:cache,mode=max', 'ghcr.io/acme/web:cache'],
  ['ref=ghcr.io/acme/web:cache,type=registry', 'ghcr.io/acme/web:cache'],
  ['type=gha,scope=ref', undefined],
  ['type=local,src=/tmp/cache', undefined],
])('the cache %s is in the image %s', (cache, image) => {
  expect(cacheImage(cache)).toBe(image)
})

test('reads caches one a line, as they have commas', () => {
  const { build } = readStep({ images: ECR_IMAGE, 'cache-from': 'type=gha,scope=a\nghcr.io/acme/web:cache' })
  expect(build.cacheFrom).toEqual(['type=gha,scope=a', 'ghcr.io/acme/web:cache'])
})

test.each<[Record<string, string>, string, string]>([
  [
    { 'cache-from': 'ghcr.io/acme/Web:cache' },
    'cache-from',
    'has `ghcr.io/acme/Web`, whose repository name `acme/Web` is malformed.',
  ],
  [
    { 'cache-to': 'type=registry,ref=https://ghcr.io/acme/web' },
    'cache-to',
    'has `https://ghcr.io/acme/web`, which begins with `https://`.',
  ],
  [{ 'cache-to': 'dest=/tmp/x' }, 'cache-to', 'has `dest=/tmp/x`, which names neither an image nor a type.'],
])('refuses %j and names %s', (inputs, input, message) => {
  expect(() => readStep({ images: ECR_IMAGE, ...inputs })).toThrow(refusal(input, message))
})

test('takes an entry in double quotes, as docker/build-push-action does', () => {
  const { build } = readStep({
    images: ECR_IMAGE,
    'cache-from': '"type=registry,ref=ghcr.io/acme/cache"\n"type=local,""src=a,b"",mode=max"',
  })
  expect(build.cacheFrom).toEqual(['type=registry,ref=ghcr.io/acme/cache', 'type=local,"src=a,b",mode=max'])
})
