// A Docker engine as new as those on GitHub's runners, with each of its image stores.
import { join } from 'node:path'
import { type ModernBuild, readRecord, startModernBuild } from '../../support/build-image/modern-build.ts'

const TEST = 'build-image-modern'
const RUN = 'docker run --rm "$IMAGE"'
/** What the engine made of the same sources, with each of its stores. */
const digests = new Set<string | undefined>()

describe.each(['containerd', 'overlay2'] as const)('on an engine that keeps images in %s', (store) => {
  let it: ModernBuild
  beforeAll(async () => {
    it = await startModernBuild(store, TEST, [
      'COPY app /app',
      'RUN busybox date > /built && busybox rm /built && echo ok > /ok',
      'CMD ["busybox", "cat", "/ok"]',
    ])
  })
  afterAll(() => it.close())

  test('builds, tests and pushes an image that runs; a second build and the other image store give the same digest', async () => {
    const inputs = { 'test-command': RUN, images: `${it.open.host}/${store}/web` }
    const first = await it.build(inputs)
    expect(first).toMatchObject({ code: 0 })
    expect(first.log).toContain('Engine: docker (nothing needs buildx).')
    expect(first.log).toMatch(/^ok$/m)
    expect(first.log).not.toMatch(/intermediate container/)
    expect(await it.open.digest(`${store}/web`, 'v1')).toBe(first.outputs['digest'])
    expect(it.run(first.outputs['image'])).toBe('ok\n')

    const again = await it.build({ ...inputs, images: `${it.open.host}/${store}/again`, 'no-cache': 'true' })
    expect(again).toMatchObject({ code: 0, outputs: { digest: first.outputs['digest'], skipped: 'false' } })
    expect([...digests.add(first.outputs['digest'])]).toEqual([first.outputs['digest']])
  })

  test('keeps the layers of a base image in a private registry', async () => {
    const base = await it.build({ images: `${it.closed.host}/${store}/base` })
    it.sources.write('Dockerfile.app', `FROM ${it.closed.host}/${store}/base:v1\nRUN echo app > /ok\n`)
    const app = await it.build({
      images: `${it.closed.host}/${store}/app`,
      file: join(it.sources.folder, 'Dockerfile.app'),
    })
    expect([base.code, app.code]).toEqual([0, 0])
    const blobs = { sent: 2, mounted: 3, present: 0 }
    expect(readRecord(app).destinations[0].blobs).toEqual(blobs)
  })

  test('tags the image in the engine with `push: false`', async () => {
    const step = await it.build({ images: 'example.com/local/web', push: 'false' })
    expect(step).toMatchObject({ code: 0, outputs: { image: 'example.com/local/web:v1' } })
    expect(it.run('example.com/local/web:v1')).toBe('ok\n')
  })

  test('builds with buildx to the same digest each time, and the image runs', async () => {
    const inputs = { engine: 'buildx', 'test-command': RUN, images: `${it.open.host}/${store}/x` }
    const first = await it.build(inputs)
    const again = await it.build({ ...inputs, images: `${it.open.host}/${store}/y`, 'no-cache': 'true' })
    expect([first.code, again.code]).toEqual([0, 0])
    expect(again.outputs['digest']).toBe(first.outputs['digest'])
    expect(it.run(first.outputs['image'])).toBe('ok\n')
  })
})

test('names the input that the older image store does not support, before anything is built', async () => {
  const it = await startModernBuild('overlay2', TEST, [])
  for (const [input, value] of Object.entries({
    platforms: 'linux/amd64,linux/arm64',
    provenance: 'true',
    sbom: 'true',
    'cache-to': `type=registry,ref=${it.open.host}/old/cache`,
  })) {
    const step = await it.build({ images: `${it.open.host}/old/web`, [input]: value })
    expect(step.code).toBe(1)
    expect(step.log).toContain(`Input \`${input}\` is not supported by this Docker engine’s image store.`)
    expect(step.log).toContain('docker/setup-buildx-action')
  }
  expect(await it.open.tags('old/web')).toEqual([])
  await it.close()
})
