import { rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'
import { extract } from 'tar-stream'
import { loadImage } from '../../../../actions/build-image/src/build/load-image.ts'
import type { Image } from '../../../../actions/build-image/src/image/image.ts'
import { OCI_INDEX, OCI_MANIFEST, readIndex, readManifest } from '../../../../actions/build-image/src/image/oci.ts'
import { readLayout } from '../../../../actions/build-image/src/image/oci-layout.ts'
import { progress } from '../../../support/build-image/engine-server.ts'
import { memoryImage } from '../../../support/build-image/images.ts'
import { writeLayout } from '../../../support/build-image/oci-layout.ts'

const { folder } = writeLayout()
afterAll(() => rmSync(folder, { recursive: true }))

/** An engine that keeps the files it is given, and then has images with these ids. */
function engine(architecture: string, ids: readonly string[], answer = progress({ stream: 'Loaded image' })) {
  const files: [string, string][] = []
  const docker = {
    version: async () => ({ Os: 'linux', Arch: architecture }),
    async loadImage(tar: Readable) {
      for await (const entry of tar.pipe(extract())) files.push([entry.header.name, await text(entry)])
      return Readable.from([answer])
    },
    getImage: (id: string) => ({
      inspect: async () => {
        if (!ids.includes(id)) throw new Error('no such image')
        return { RootFS: { Layers: [] } }
      },
    }),
  } as unknown as Docker
  const json = (name: string) => JSON.parse(new Map(files).get(name) ?? 'null')
  return { docker, files, json }
}

const blob = (digest: string) => `blobs/${digest.replace(':', '/')}`
const manifestOf = async ({ source }: Image, digest: string) => readManifest((await source.manifest(digest)).bytes, 'x')

test('gives the engine manifest, configuration and layers of an image, as layout and as archive', async () => {
  const image = memoryImage('one', 'two')
  const { config, layers } = await manifestOf(image, image.digest)
  const { docker, files, json } = engine('amd64', [config.digest])
  expect(await loadImage(image, docker)).toBe(config.digest)
  expect(files.map(([name]) => name)).toEqual([
    blob(image.digest),
    blob(config.digest),
    ...layers.map(({ digest }) => blob(digest)),
    'oci-layout',
    'index.json',
    'manifest.json',
  ])
  expect(new Map(files).get(blob(layers[1]?.digest ?? ''))).toBe('two')
  expect(json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' })
  expect(json('index.json')).toMatchObject({
    mediaType: OCI_INDEX,
    manifests: [{ mediaType: OCI_MANIFEST, digest: image.digest, size: image.manifest.length }],
  })
  expect(json('manifest.json')).toEqual([
    { Config: blob(config.digest), RepoTags: null, Layers: layers.map(({ digest }) => blob(digest)) },
  ])
})

test('gives the engine all images of an index, each blob once', async () => {
  const image = await readLayout(folder)
  const { docker, files, json } = engine('amd64', [image.digest])
  expect(await loadImage(image, docker)).toBe(image.digest)
  const names = files.map(([name]) => name)
  expect(names[0]).toBe(blob(image.digest))
  for (const { digest } of readIndex((await image.source.manifest(image.digest)).bytes, 'x').manifests) {
    expect(names).toContain(blob(digest))
  }
  expect(new Set(names).size).toBe(names.length)
  expect(json('index.json').manifests).toMatchObject([{ mediaType: OCI_INDEX, digest: image.digest }])
})

test.each([
  ['arm64', 'the image of its own platform', 'layer of arm64'],
  ['riscv64', 'the first image where none is of its platform', 'layer of amd64'],
])('an older image store on %s loads %s', async (architecture, _, layer) => {
  const image = await readLayout(folder)
  const { manifests } = readIndex((await image.source.manifest(image.digest)).bytes, 'x')
  const ids = await Promise.all(manifests.map(async ({ digest }) => (await manifestOf(image, digest)).config.digest))
  const { docker, files, json } = engine(architecture, ids)
  const id = await loadImage(image, docker)
  const [{ Config, Layers }] = json('manifest.json')
  expect(Config).toBe(blob(id))
  expect(new Map(files).get(Layers[1])).toBe(layer)
})

test('an image that the engine refuses to load is an error', async () => {
  const image = memoryImage('one')
  const { docker } = engine('amd64', [], progress({ errorDetail: { message: 'no space left on device' } }))
  await expect(loadImage(image, docker)).rejects.toThrow('no space left on device')
})

test('an image that the engine does not have afterwards is an error', async () => {
  const image = memoryImage('one')
  await expect(loadImage(image, engine('amd64', []).docker)).rejects.toThrow('the Docker engine does not have it')
})
