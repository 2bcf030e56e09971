// What the storage of pushed blobs leaves when it is closed, in an order that the test drives.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { PushStorage } from '../../../../actions/build-image/src/engine-push/push-storage.ts'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import { holdFileOpening, turns } from '../../../support/build-image/hold-file-opening.ts'

const layer = (text: string) => gzipSync(Buffer.alloc(10_240, text))
let folder: string
let packed: string[]
let storage: PushStorage

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-storage-'))
  packed = []
  storage = new PushStorage(
    folder,
    0,
    async () => undefined,
    ({ path }) => packed.push(path),
  )
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function push(bytes: Buffer): Promise<string> {
  const upload = storage.startUpload()
  await upload.append(Readable.from([bytes]))
  expect(await upload.commit(digestOf(bytes))).toBe(true)
  return digestOf(bytes)
}

test('keeps the layers that are packed when it is closed', async () => {
  const { path } = (await storage.layer(await push(layer('a')))) ?? {}
  await storage.close()
  expect(readdirSync(folder)).toEqual(['layer-0'])
  expect(packed).toEqual([path])
})

test('is closed only when no layer is written any more, also one that was committed and is still being packed', async () => {
  const file = holdFileOpening()
  const digest = await push(layer('a'))
  let closed = false
  const closing = storage.close().then(() => {
    closed = true
  })
  await turns()
  const early = closed
  file.release()
  await file.opened
  await closing
  expect({ early, left: readdirSync(folder), packed }).toEqual({ early: false, left: [], packed: [] })
  await expect(storage.layer(digest)).rejects.toThrow()
})

test('starts no upload after it was closed', async () => {
  await storage.close()
  expect(() => storage.startUpload()).toThrow('The registry is closed.')
})

test('asks once for the size of a layer that need not be pushed', async () => {
  const asked: string[] = []
  const one = new PushStorage(folder, 0, async (digest) => asked.push(digest))
  expect(await Promise.all([one.blobSize('sha256:a'), one.blobSize('sha256:a')])).toEqual([1, 1])
  expect(asked).toEqual(['sha256:a'])
})
