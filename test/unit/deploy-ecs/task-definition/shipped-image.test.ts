import { expectedDigest } from '../../../../actions/deploy-ecs/src/task-definition/shipped-image.ts'

const [pinned, resolved] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]

test.each([
  ['web:1', undefined, undefined],
  ['web:1', resolved, resolved],
  [`web@${pinned}`, undefined, pinned],
  // The reference is what ECS pulls.
  [`web:1@${pinned}`, resolved, pinned],
  // `command: rollback` takes images from a revision, and does not check them.
  ['not an image', undefined, undefined],
])('tasks of %s with digest %s must run %s', (image, digest, expected) => {
  const shipped = { container: 'app', image, ...(digest === undefined ? {} : { digest }) }
  expect(expectedDigest(shipped)).toBe(expected)
})
