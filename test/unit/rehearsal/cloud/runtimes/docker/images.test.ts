import { digestOf } from '../../../../../../rehearsal/cloud/runtimes/docker/images.ts'

test('the digest is that of the requested repository', () => {
  const digests = ['other/web@sha256:1', '127.0.0.1:5000/web@sha256:2']
  expect(digestOf('127.0.0.1:5000/web:1', digests)).toBe('sha256:2')
  expect(digestOf('127.0.0.1:5000/web@sha256:3', digests)).toBe('sha256:3')
  expect(digestOf('none:1', digests)).toBeUndefined()
})
