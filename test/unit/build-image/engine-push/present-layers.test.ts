import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PresentLayers } from '../../../../actions/build-image/src/engine-push/present-layers.ts'
import type { BaseLayer } from '../../../../actions/build-image/src/pack/base-layers.ts'
import type { ReadyDestination } from '../../../../actions/build-image/src/registry/ready-destination.ts'

const [ENGINE, PACKED, DIFF] = ['e', 'a', 'd'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string]
let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-home-'))
})
afterEach(() => rmSync(home, { recursive: true }))

/** A destination that has these blobs. */
const destination = (...blobs: readonly string[]) =>
  ({
    repository: { host: 'a.test', path: 'acme/web' },
    registry: { hasBlob: async (path: string, digest: string) => path === 'acme/web' && blobs.includes(digest) },
  }) as unknown as ReadyDestination

const open = (destinations: readonly ReadyDestination[], epoch = 100) =>
  PresentLayers.open({ HOME: home }, destinations, epoch)

/** An earlier run pushed the layer, with an epoch of 100. */
async function remember() {
  const layers = await open([])
  layers.add(ENGINE, 42, { digest: PACKED, size: 40, diffId: DIFF, newest: 200, path: '/layer' }, 1)
  await layers.save()
}

test('the engine need not push a layer that all destinations have', async () => {
  await remember()
  const layers = await open([destination(PACKED), destination(PACKED)])
  expect(await layers.sizeOf(ENGINE, [])).toBe(42)
  expect(layers.get(ENGINE, 2)).toMatchObject({ digest: PACKED, size: 40, diffId: DIFF })
})

test('the engine pushes a layer that one destination lacks', async () => {
  await remember()
  const layers = await open([destination(PACKED), destination()])
  expect(await layers.sizeOf(ENGINE, [])).toBeUndefined()
})

test('the engine pushes a layer that no earlier run has pushed, or that has other times with this epoch', async () => {
  expect(await (await open([destination(PACKED)])).sizeOf(ENGINE, [])).toBeUndefined()
  await remember()
  const later = await open([destination(PACKED)], 150)
  expect(await later.sizeOf(ENGINE, [])).toBeUndefined()
  expect(later.get(ENGINE, 2)).toBeUndefined()
})

test('the engine need not push a layer of the published base image, and no destination is asked for it', async () => {
  const descriptor = { mediaType: 'layer', digest: ENGINE, size: 7 }
  const base = [
    { diffId: DIFF, published: undefined },
    { diffId: DIFF, published: { descriptor } },
  ] as unknown as BaseLayer[]
  const asked: string[] = []
  const registry = { hasBlob: async (_: string, digest: string) => asked.push(digest) > 0 }
  const one = { ...destination(), registry } as unknown as ReadyDestination
  expect(await (await open([one])).sizeOf(ENGINE, base)).toBe(7)
  expect(asked).toEqual([])
})

test('saves the time of the last use', async () => {
  await remember()
  const layers = await open([destination(PACKED)])
  layers.get(ENGINE, 99)
  await layers.save()
  const saved = JSON.parse(readFileSync(join(home, '.cache/slipway/layers.json'), 'utf8'))
  expect(saved.layers[ENGINE]).toMatchObject({ used: 99, size: 42, newest: 200 })
})
