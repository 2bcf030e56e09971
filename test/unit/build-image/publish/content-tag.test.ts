import type { Image } from '../../../../actions/build-image/src/image/image.ts'
import { addContentTag, moveContentTag } from '../../../../actions/build-image/src/publish/content-tag.ts'
import type { ReadyDestination } from '../../../../actions/build-image/src/registry/ready-destination.ts'
import { RegistryError } from '../../../../actions/build-image/src/registry/registry-error.ts'
import type { Log } from '../../../../toolkit/log.ts'

test('warns when the content tag cannot be moved, and says what that leads to', async () => {
  const warnings: string[] = []
  const log = { warning: (line: string) => warnings.push(line) } as unknown as Log
  const image = {
    digest: 'sha256:new',
    source: { manifest: async () => ({ digest: 'sha256:new' }) },
  } as unknown as Image
  const destination = {
    repository: { host: 'registry.test', path: 'web' },
    registry: {
      resolve: async () => 'sha256:old',
      putManifest: async () => {
        throw new RegistryError('The tag is immutable.', { status: 400, code: 'TAG_INVALID' })
      },
    },
  } as unknown as ReadyDestination

  expect(await moveContentTag('content-1', image, [destination], log)).toEqual([])
  expect(warnings).toEqual([
    expect.stringMatching(
      /^registry\.test\/web:content-1 still stands for an older image of the same sources.*immutable/,
    ),
  ])
})

test('counts a content tag as set when its first put lost the answer, unless it stands for another image', async () => {
  const put = async (current: string) => {
    let tags: string | undefined
    const destination = {
      repository: { host: 'registry.test', path: 'web' },
      registry: {
        resolve: async () => tags,
        putManifest: async () => {
          tags = current
          throw new RegistryError('The tag is immutable.', { status: 400, code: 'TAG_INVALID' })
        },
      },
    } as unknown as ReadyDestination
    const image = {
      digest: 'sha256:new',
      source: { manifest: async () => ({ digest: 'sha256:new' }) },
    } as unknown as Image
    return addContentTag('content-1', image, [destination], { info: () => {} } as unknown as Log)
  }
  expect(await put('sha256:new')).toEqual(['registry.test/web:content-1'])
  expect(await put('sha256:other')).toEqual([])
})
