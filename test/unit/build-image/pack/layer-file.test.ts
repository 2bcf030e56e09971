import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import { repackLayer, repackLayerFile, writeFileFrom } from '../../../../actions/build-image/src/pack/layer-file.ts'
import { holdFileOpening, turns } from '../../../support/build-image/hold-file-opening.ts'

const TAR = Buffer.alloc(10_240, 'tar ')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-layer-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['plain', TAR],
  ['gzip', gzipSync(TAR)],
  ['zstd', zstdCompressSync(TAR)],
])('packs the same tar stream to the same bytes (%s)', async (_, bytes) => {
  writeFileSync(join(folder, 'from'), bytes)
  const to = join(folder, 'to')
  const layer = await repackLayerFile(join(folder, 'from'), new PassThrough(), to)
  const packed = readFileSync(to)
  expect(gunzipSync(packed).equals(TAR)).toBe(true)
  expect(layer).toEqual({ path: to, digest: digestOf(packed), size: packed.length, diffId: digestOf(TAR) })
})

test('a file that is opened after its stream has failed is closed before the failure is reported', async () => {
  const file = holdFileOpening()
  let failed = false
  const writing = writeFileFrom([Readable.from(fails())], join(folder, 'file')).catch((error: Error) => {
    failed = true
    return error.message
  })
  await turns()
  const early = failed
  file.release()
  await file.opened
  expect([early, await writing]).toEqual([false, 'The source broke.'])
})

test('a layer that is cut off is an error, and nothing writes to its file any more', async () => {
  const path = join(folder, 'layer')
  const half = gzipSync(TAR).subarray(0, 30)
  await expect(repackLayer(Readable.from([half]), half, new PassThrough(), path)).rejects.toThrow(
    'unexpected end of file',
  )
  if (existsSync(path)) rmSync(path)
  await turns()
  expect(readdirSync(folder)).toEqual([])
})

async function* fails(): AsyncGenerator<Buffer> {
  yield Buffer.from('some')
  throw new Error('The source broke.')
}
