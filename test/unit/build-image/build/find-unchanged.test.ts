import { findUnchanged } from '../../../../actions/build-image/src/build/find-unchanged.ts'
import { memoryDestination, memoryImage } from '../../../support/build-image/images.ts'

const image = memoryImage('layer')

test('finds the image in the first destination that has the tag', async () => {
  const destinations = [
    memoryDestination('a.test'),
    memoryDestination('b.test', { images: { 'content-1': image } }),
    memoryDestination('c.test', { images: { 'content-1': image } }),
  ]
  const found = await findUnchanged('content-1', destinations)
  expect(found).toMatchObject({ digest: image.digest, repository: 'b.test/acme/web' })
  expect((await found?.source.manifest(image.digest))?.bytes.equals(image.manifest)).toBe(true)
  expect(await findUnchanged('content-2', destinations)).toBeUndefined()
})
