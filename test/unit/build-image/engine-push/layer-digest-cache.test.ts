import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CachedLayer,
  LayerDigestCache,
} from '../../../../actions/build-image/src/engine-push/layer-digest-cache.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-home-'))
})
afterEach(() => {
  rmSync(home, { recursive: true })
})

const ENGINE = `sha256:${'e'.repeat(64)}`
const layer = (newest: number, epoch: number, used = 0): CachedLayer => ({
  size: 10,
  newest,
  packed: { epoch, digest: `sha256:${'a'.repeat(64)}`, size: 9, diffId: `sha256:${'d'.repeat(64)}` },
  used,
})

test('loads in one run what another has saved', async () => {
  const first = await LayerDigestCache.open({ HOME: home })
  first.put(ENGINE, layer(200, 100))
  await first.save()
  const path = join(home, '.cache/slipway/layers.json')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(home, '.cache/slipway'))).toEqual(['layers.json'])
  expect((await LayerDigestCache.open({ HOME: home })).get(ENGINE, 100)).toEqual(layer(200, 100))
  expect(
    (await LayerDigestCache.open({ HOME: '/nowhere', XDG_CACHE_HOME: join(home, '.cache') })).get(ENGINE, 100),
  ).toBeDefined()
})

test.each([
  [200, 100, 100, true, 'the same epoch'],
  [200, 100, 101, false, 'another epoch, and times later than that'],
  [200, 100, 300, false, 'a later epoch, that leaves alone what was held down before'],
  [50, 100, 101, true, 'another epoch, and no time later than either'],
  [100, 101, 100, true, 'a time that is just early enough'],
  [100, 101, 99, false, 'a time that is late now'],
])('newest time %d, packed for %d, wanted for %d: usable is %p (%s)', async (newest, packedFor, wanted, known) => {
  const memory = await LayerDigestCache.open({ HOME: home })
  memory.put(ENGINE, layer(newest, packedFor))
  expect(memory.get(ENGINE, wanted) !== undefined).toBe(known)
})

test.each(['', '{', '[]', '{"version":2,"layers":{}}', '{"version":1,"layers":{"sha256:1":{"size":"x"}}}'])(
  'replaces a cache file that contains %p',
  async (text) => {
    mkdirSync(join(home, '.cache/slipway'), { recursive: true })
    writeFileSync(join(home, '.cache/slipway/layers.json'), text)
    const memory = await LayerDigestCache.open({ HOME: home })
    expect(memory.get(ENGINE, 100)).toBeUndefined()
    memory.put(ENGINE, layer(1, 100))
    await memory.save()
    expect((await LayerDigestCache.open({ HOME: home })).get(ENGINE, 100)).toBeDefined()
  },
)

test('keeps the layers that were used last', async () => {
  const memory = await LayerDigestCache.open({ HOME: home })
  for (let at = 0; at < 1_100; at++) memory.put(`sha256:${at}`, layer(1, 100, at))
  await memory.save()
  const { layers } = JSON.parse(readFileSync(join(home, '.cache/slipway/layers.json'), 'utf8'))
  expect(Object.keys(layers)).toHaveLength(1_000)
  const again = await LayerDigestCache.open({ HOME: home })
  expect([again.get('sha256:0', 100), again.get('sha256:1099', 100)?.used]).toEqual([undefined, 1_099])
})

test('works without a home folder, and with one that cannot be written', async () => {
  await (await LayerDigestCache.open({})).save()
  writeFileSync(join(home, '.cache'), 'a file')
  chmodSync(home, 0o700)
  const memory = await LayerDigestCache.open({ HOME: home })
  memory.put(ENGINE, layer(1, 100))
  await expect(memory.save()).resolves.toBeUndefined()
})

test('removes its draft when the cache file cannot be replaced', async () => {
  const cache = join(home, '.cache/slipway')
  mkdirSync(join(cache, 'layers.json'), { recursive: true })
  const memory = await LayerDigestCache.open({ HOME: home })
  memory.put(ENGINE, layer(1, 100))
  await memory.save()
  expect(readdirSync(cache)).toEqual(['layers.json'])
})
