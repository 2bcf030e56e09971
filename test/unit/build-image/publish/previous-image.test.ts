import { previousImage } from '../../../../actions/build-image/src/publish/previous-image.ts'
import { memoryDestination, memoryImage } from '../../../support/build-image/images.ts'

const [old, next] = [memoryImage('old'), memoryImage('new')]
const tag = (name: string, current: string | undefined) => ({ tag: name, current, immutable: false })

test('reads the image of the first tag that moves', async () => {
  const tags = [tag('v2', undefined), tag('v1', next.digest), tag('latest', old.digest)]
  const destination = memoryDestination('a.test', { images: { latest: old }, tags })
  expect(await previousImage(next.digest, [destination])).toMatchObject({
    tag: 'latest',
    digest: old.digest,
    platforms: [{ digest: old.digest, layers: [{ size: 'old'.length }] }],
  })
})

test('there is none when no tag moves, or when the image cannot be read', async () => {
  expect(await previousImage(next.digest, [memoryDestination('a.test', { tags: [tag('v1', next.digest)] })])).toBe(
    undefined,
  )
  expect(await previousImage(next.digest, [memoryDestination('a.test', { tags: [tag('v1', old.digest)] })])).toBe(
    undefined,
  )
})
