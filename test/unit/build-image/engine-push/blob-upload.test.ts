// What a cancelled upload leaves in its folder, in an order that the test drives.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { BlobUpload, type PushedBlob } from '../../../../actions/build-image/src/engine-push/blob-upload.ts'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import { holdFileOpening, turns } from '../../../support/build-image/hold-file-opening.ts'

const LAYER = gzipSync(Buffer.alloc(10_240))
let folder: string
let path: string
let received: PushedBlob[]
let upload: BlobUpload

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-upload-'))
  path = join(folder, 'layer-0')
  received = []
  upload = new BlobUpload(path, 0, (blob) => received.push(blob))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('a cancelled upload leaves no file, also when the file is opened only after the cancel', async () => {
  const file = holdFileOpening()
  await upload.append(Readable.from([LAYER.subarray(0, 20)]))
  await turns()
  let cancelled = false
  const cancel = upload.cancel().then(() => {
    cancelled = true
  })
  await turns()
  const early = cancelled
  file.release()
  await file.opened
  await cancel
  expect({ early, left: readdirSync(folder) }).toEqual({ early: false, left: [] })
})

test('a chunk that arrives after the cancel creates no file', async () => {
  const body = new PassThrough()
  const appended = upload.append(body).catch((error: unknown) => error)
  await turns()
  await upload.cancel()
  body.end(LAYER)
  await appended
  await turns()
  expect(readdirSync(folder)).toEqual([])
  expect(await upload.commit(digestOf(LAYER))).toBe(false)
  expect(received).toEqual([])
})

test('a digest that does not match is refused, and the file is gone by then', async () => {
  const file = holdFileOpening()
  await upload.append(Readable.from([LAYER]))
  await turns()
  let answered = false
  const committed = upload.commit(digestOf('other')).finally(() => {
    answered = true
  })
  await turns()
  expect(answered).toBe(false)
  file.release()
  await file.opened
  expect(await committed).toBe(false)
  expect(readdirSync(folder)).toEqual([])
})

test('a committed layer is in its file once it is packed', async () => {
  await upload.append(Readable.from([LAYER]))
  expect(await upload.commit(digestOf(LAYER))).toBe(true)
  const [blob] = received
  expect(blob?.kind === 'layer' && (await blob.layer)).toMatchObject({ path, diffId: digestOf(Buffer.alloc(10_240)) })
  expect(existsSync(path)).toBe(true)
})
