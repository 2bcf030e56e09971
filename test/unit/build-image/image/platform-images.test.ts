import { rmSync } from 'node:fs'
import { readManifest } from '../../../../actions/build-image/src/image/oci.ts'
import { readLayout } from '../../../../actions/build-image/src/image/oci-layout.ts'
import { readPlatformImages } from '../../../../actions/build-image/src/image/platform-images.ts'
import { writeLayout } from '../../../support/build-image/oci-layout.ts'

const { folder } = writeLayout()
afterAll(() => rmSync(folder, { recursive: true }))

test('reads the platforms that are wanted, and no attestations', async () => {
  const image = await readLayout(folder)
  const platforms = async (wanted?: (platform: string) => boolean) =>
    (await readPlatformImages(image, wanted)).map(({ platform }) => platform)
  expect(await platforms()).toEqual(['linux/amd64', 'linux/arm64'])
  expect(await platforms((platform) => platform === 'linux/arm64')).toEqual(['linux/arm64'])
})

test('the size of a platform is that of its configuration and layers', async () => {
  const [amd64] = await readPlatformImages(await readLayout(folder))
  const { config } = readManifest((await (await readLayout(folder)).source.manifest(amd64?.digest ?? '')).bytes, 'x')
  expect(amd64?.size).toBe('shared layer'.length + 'layer of amd64'.length + config.size)
})

test('an image without an index has one platform without a name', async () => {
  const image = await readLayout(folder)
  const [amd64] = await readPlatformImages(image)
  const alone = await readPlatformImages({ ...image, digest: amd64?.digest ?? '' })
  expect(alone).toEqual([{ ...amd64, platform: '' }])
})
