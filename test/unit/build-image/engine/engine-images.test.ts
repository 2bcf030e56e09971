import type Docker from 'dockerode'
import { findImage, inspectImage } from '../../../../actions/build-image/src/engine/engine-images.ts'

const engine = (images: Readonly<Record<string, object>>) =>
  ({
    getImage: (id: string) => ({
      inspect: async () => {
        const image = images[id]
        if (image === undefined) throw new Error(`(HTTP code 404) no such image: ${id}`)
        return image
      },
    }),
  }) as unknown as Docker

const IMAGE = {
  Os: 'linux',
  Architecture: 'arm64',
  Parent: 'sha256:parent',
  RootFS: { Layers: ['sha256:a', 'sha256:b'] },
}

test('reads platform, layers and parent of an image', async () => {
  expect(await inspectImage(engine({ web: IMAGE }), 'web')).toEqual({
    os: 'linux',
    architecture: 'arm64',
    layers: ['sha256:a', 'sha256:b'],
    parent: 'sha256:parent',
  })
})

test('an image FROM scratch without a step has no layers', async () => {
  const { layers } = await inspectImage(engine({ web: { ...IMAGE, RootFS: { Type: 'layers' } } }), 'web')
  expect(layers).toEqual([])
})

test('names an image that the engine does not have, and keeps the engine’s error', async () => {
  await expect(inspectImage(engine({}), 'sha256:1')).rejects.toMatchObject({
    message: 'The image sha256:1 was built, but the Docker engine does not have it.',
    hint: expect.stringContaining('docker system prune'),
    cause: expect.objectContaining({ message: '(HTTP code 404) no such image: sha256:1' }),
  })
})

test('finds an image by the first id that the engine knows', async () => {
  const docker = engine({ 'sha256:manifest': IMAGE, 'sha256:config': IMAGE })
  expect(await findImage(docker, ['sha256:index', 'sha256:manifest', 'sha256:config'])).toBe('sha256:manifest')
})

test('names all ids when the engine knows none', async () => {
  await expect(findImage(engine({}), ['sha256:1', 'sha256:2'])).rejects.toMatchObject({
    message: 'The image sha256:1 or sha256:2 was built, but the Docker engine does not have it.',
    hint: expect.stringContaining('DOCKER_HOST'),
  })
})
