import { readPath } from '../../../../../rehearsal/cloud/ecr/distribution-path.ts'

test.each([
  ['/v2/', { kind: 'base' }],
  ['/v2', { kind: 'base' }],
  ['/v2/_catalog', { kind: 'catalog' }],
  ['/v2/a/b/tags/list', { kind: 'tags', name: 'a/b' }],
  ['/v2/a/manifests/v1', { kind: 'manifest', name: 'a', reference: 'v1' }],
  ['/v2/a/blobs/sha256:0', { kind: 'blob', name: 'a', reference: 'sha256:0' }],
  ['/v2/a/blobs/uploads/', { kind: 'upload', name: 'a', tail: 'blobs/uploads/' }],
  ['/v2/a/blobs/uploads/id', { kind: 'upload', name: 'a', tail: 'blobs/uploads/id' }],
  ['/v2/manifests/manifests/v1', { kind: 'manifest', name: 'manifests', reference: 'v1' }],
])('parses %s', (path, expected) => {
  expect(readPath(path)).toMatchObject(expected)
})

test('paths that the API does not have are unknown', () => {
  for (const path of ['/v2/a', '/v2/a/manifests/', '/v2/a/manifests/x/y']) expect(readPath(path)).toBeUndefined()
})
