// The registry that an engine pushes to, spoken to as the distribution specification says.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import {
  type LoopbackRegistry,
  openLoopbackRegistry,
} from '../../../../actions/build-image/src/engine-push/loopback-registry.ts'
import { PushStorage } from '../../../../actions/build-image/src/engine-push/push-storage.ts'

const EPOCH = 1_700_000_000
const KNOWN = `sha256:${'1'.repeat(64)}`
let folder: string
let storage: PushStorage
let registry: LoopbackRegistry
let base: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-registry-'))
  storage = new PushStorage(folder, EPOCH, async (digest) => (digest === KNOWN ? 42 : undefined))
  registry = await openLoopbackRegistry(storage, 0)
  base = `http://${registry.login.serveraddress}`
})
afterEach(async () => {
  await registry.close()
  rmSync(folder, { recursive: true })
})

const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const authorization = () =>
  `Basic ${Buffer.from(`${registry.login.username}:${registry.login.password}`).toString('base64')}`

const ask = (method: string, path: string, body?: Buffer, headers: Record<string, string> = {}) =>
  fetch(new URL(path, base), {
    method,
    headers: { authorization: authorization(), ...headers },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  })

async function begin(query = ''): Promise<string> {
  const answer = await ask('POST', `/v2/slipway/blobs/uploads/${query}`)
  expect(answer.status).toBe(202)
  expect(answer.headers.get('range')).toBe('0-0')
  return answer.headers.get('location') ?? ''
}

/** A layer as an engine sends it, with a file written at a time. */
async function layer(seconds: number, content: Buffer = Buffer.alloc(300_000, 'layer ')): Promise<Buffer> {
  const tar = pack()
  tar.entry({ name: 'file', mtime: new Date(seconds * 1000) }, content)
  tar.finalize()
  return gzipSync(await buffer(tar))
}

async function timesIn(path: string): Promise<readonly (number | undefined)[]> {
  const tar = extract()
  tar.end(gunzipSync(readFileSync(path)))
  const times: (number | undefined)[] = []
  for await (const entry of tar) {
    times.push(entry.header.mtime && entry.header.mtime.getTime() / 1000)
    entry.resume()
  }
  return times
}

test('refuses every request without the password, and asks for it', async () => {
  for (const given of ['', 'Basic AAAA', `Basic ${Buffer.from(`slipway:${'0'.repeat(48)}`).toString('base64')}`]) {
    for (const [method, path] of [
      ['GET', '/v2/'],
      ['POST', '/v2/slipway/blobs/uploads/'],
      ['PUT', '/v2/slipway/manifests/v1'],
    ] as const) {
      const answer = await ask(method, path, undefined, { authorization: given })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="slipway"')
      expect(await answer.text()).not.toContain(registry.login.password)
    }
  }
  expect(storage.manifests.size).toBe(0)
  expect((await ask('GET', '/v2/')).status).toBe(200)
})

test('listens on 127.0.0.1 only, and on another port when the wanted one is in use', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const other = await openLoopbackRegistry(storage, port)
  expect(other.login.serveraddress).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(other.login.serveraddress).not.toBe(`127.0.0.1:${port}`)
  expect(other.login.password).not.toBe(registry.login.password)
  await other.close()
  taken.close()
})

test.each(['one PATCH', 'several PATCHes', 'one PUT', 'one POST'])('a layer comes in %s', async (how) => {
  const bytes = await layer(EPOCH + 100)
  const digest = digestOf(bytes)
  if (how === 'one POST') {
    const answer = await ask('POST', `/v2/slipway/blobs/uploads/?digest=${digest}`, bytes)
    expect(answer.status).toBe(201)
  } else {
    const location = await begin()
    const half = Math.floor(bytes.length / 2)
    const pieces =
      how === 'one PATCH' ? [bytes] : how === 'one PUT' ? [] : [bytes.subarray(0, half), bytes.subarray(half)]
    let sent = 0
    for (const piece of pieces) {
      const range = { 'content-range': `${sent}-${sent + piece.length - 1}` }
      const answer = await ask('PATCH', location, piece, how === 'several PATCHes' ? range : {})
      sent += piece.length
      expect([answer.status, answer.headers.get('range')]).toEqual([202, `0-${sent - 1}`])
    }
    expect((await ask('GET', location)).headers.get('range')).toBe(`0-${Math.max(0, sent - 1)}`)
    const answer = await ask('PUT', `${location}?digest=${digest}`, how === 'one PUT' ? bytes : undefined)
    expect([answer.status, answer.headers.get('docker-content-digest')]).toEqual([201, digest])
    expect((await ask('GET', location)).status).toBe(404)
  }
  const head = await ask('HEAD', `/v2/slipway/blobs/${digest}`)
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)])
  const received = await storage.layer(digest)
  expect(received?.newest).toBe(EPOCH + 100)
  expect(await timesIn(received?.path ?? '')).toEqual([EPOCH])
  const packed = readFileSync(received?.path ?? '')
  expect(received).toMatchObject({
    digest: digestOf(packed),
    size: packed.length,
    diffId: digestOf(gunzipSync(packed)),
  })
})

test('packs the same content to the same layer, however the engine compressed it', async () => {
  const one = await layer(EPOCH + 1)
  const two = gzipSync(gunzipSync(await layer(EPOCH + 2)), { level: 1 })
  const became: unknown[] = []
  for (const bytes of [one, two]) {
    await ask('POST', `/v2/slipway/blobs/uploads/?digest=${digestOf(bytes)}`, bytes)
    became.push((await storage.layer(digestOf(bytes)))?.digest)
  }
  expect(digestOf(one)).not.toBe(digestOf(two))
  expect(became[1]).toBe(became[0])
})

test('refuses content with another digest, and a chunk at another offset', async () => {
  const bytes = await layer(EPOCH)
  const location = await begin()
  expect((await ask('PATCH', location, bytes.subarray(0, 100), { 'content-range': '0-99' })).status).toBe(202)
  const gap = await ask('PATCH', location, bytes.subarray(200), { 'content-range': `200-${bytes.length - 1}` })
  expect([gap.status, gap.headers.get('range')]).toEqual([416, '0-99'])
  const wrong = await ask('PUT', `${location}?digest=${digestOf(bytes)}`)
  expect(wrong.status).toBe(400)
  expect(await wrong.json()).toMatchObject({ errors: [{ code: 'DIGEST_INVALID' }] })
  expect(storage.blobs.size).toBe(0)
  expect(existsSync(join(folder, 'layer-0'))).toBe(false)
})

test('leaves nothing of an upload that is interrupted or cancelled', async () => {
  const bytes = await layer(EPOCH, Buffer.alloc(5_000_000, 'much '))
  const cut = await begin()
  const sending = request(new URL(cut, base), {
    method: 'PATCH',
    headers: { authorization: authorization(), 'content-length': bytes.length },
  })
  sending.on('error', () => {})
  await new Promise<void>((resolve) => sending.write(bytes.subarray(0, bytes.length / 2), () => resolve()))
  sending.destroy()
  while ((await ask('GET', cut)).status !== 404) await new Promise((resolve) => setTimeout(resolve, 20))

  const given = await begin()
  await ask('PATCH', given, bytes)
  expect((await ask('DELETE', given)).status).toBe(204)
  expect((await ask('PUT', `${given}?digest=${digestOf(bytes)}`)).status).toBe(404)
  expect(storage.blobs.size).toBe(0)
  expect([existsSync(join(folder, 'layer-0')), existsSync(join(folder, 'layer-1'))]).toEqual([false, false])
})

test('accepts a layer that is not gzip, and fails when it is used', async () => {
  const bytes = Buffer.concat([(await layer(EPOCH)).subarray(0, 500), Buffer.alloc(500)])
  const answer = await ask('POST', `/v2/slipway/blobs/uploads/?digest=${digestOf(bytes)}`, bytes)
  expect(answer.status).toBe(201)
  await expect(storage.layer(digestOf(bytes))).rejects.toThrow()
})

test('answers a mount with an upload, and a HEAD for a present layer with its size', async () => {
  await begin(`?mount=${KNOWN}&from=library/busybox`)
  const known = await ask('HEAD', `/v2/slipway/blobs/${KNOWN}`)
  expect([known.status, known.headers.get('content-length')]).toEqual([200, '42'])
  expect((await ask('HEAD', `/v2/slipway/blobs/sha256:${'2'.repeat(64)}`)).status).toBe(404)
})

test('stores configuration and manifest unchanged, and denies the manifest to the engine', async () => {
  const config = Buffer.from(JSON.stringify({ rootfs: { type: 'layers', diff_ids: [] } }))
  await ask('POST', `/v2/slipway/blobs/uploads/?digest=${digestOf(config)}`, config)
  expect(storage.config(digestOf(config))?.equals(config)).toBe(true)

  const manifest = Buffer.from('{"schemaVersion":2}')
  const type = 'application/vnd.docker.distribution.manifest.v2+json'
  const answer = await ask('PUT', '/v2/slipway/manifests/run-1', manifest, { 'content-type': type })
  expect(answer.status).toBe(403)
  expect(await answer.json()).toMatchObject({ errors: [{ code: 'DENIED' }] })
  expect(storage.manifests.get('run-1')).toEqual({ bytes: manifest, mediaType: type })
  expect((await ask('HEAD', '/v2/slipway/manifests/run-1')).status).toBe(404)
  expect((await ask('GET', '/v2/other/manifests/run-1')).status).toBe(404)
})
