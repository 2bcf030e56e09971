import { ImageDigests } from '../../../../../../rehearsal/cloud/runtimes/simulated/image-digests.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const task = (deploymentId?: string) => ({ deploymentId })

test('a digest in the reference is the digest', () => {
  expect(new ImageDigests(() => digest('b')).of(task(), `web:1@${digest('a')}`)).toBe(digest('a'))
})

test('a tag has the digest that the registry has for it', () => {
  const digests = new ImageDigests((image) => (image === 'web:1' ? digest('a') : undefined))
  expect(digests.of(task(), 'web:1')).toBe(digest('a'))
})

test('an image of another registry has a digest that stays the same, one for each tag', () => {
  const [one, two] = [new ImageDigests(() => undefined), new ImageDigests(() => undefined)]
  expect(one.of(task('a'), 'web:1')).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(one.of(task('a'), 'web:1')).toBe(two.of(task('b'), 'web:1'))
  expect(one.of(task('a'), 'web:1')).not.toBe(one.of(task('a'), 'web:2'))
  expect(one.of(task('a'), 'web')).toBe(one.of(task('a'), 'web:latest'))
})

test('a deployment keeps the image of its first task when the tag moves, and the next one takes the new image', () => {
  let now = digest('a')
  const digests = new ImageDigests(() => now)
  expect(digests.of(task('first'), 'web:1')).toBe(digest('a'))
  now = digest('b')
  expect(digests.of(task('first'), 'web:1')).toBe(digest('a'))
  expect(digests.of(task('second'), 'web:1')).toBe(digest('b'))
  // Tasks of RunTask have no deployment.
  expect(digests.of(task(), 'web:1')).toBe(digest('b'))
  now = digest('c')
  expect(digests.of(task(), 'web:1')).toBe(digest('c'))
})
