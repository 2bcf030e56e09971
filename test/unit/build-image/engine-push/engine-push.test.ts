import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { EnginePush } from '../../../../actions/build-image/src/engine-push/engine-push.ts'
import { EngineTags } from '../../../../actions/build-image/src/engine-push/engine-tags.ts'
import {
  type LoopbackRegistry,
  openLoopbackRegistry,
} from '../../../../actions/build-image/src/engine-push/loopback-registry.ts'
import { PushStorage } from '../../../../actions/build-image/src/engine-push/push-storage.ts'
import { progress } from '../../../support/build-image/engine-server.ts'
import { turns } from '../../../support/build-image/hold-file-opening.ts'
import { MemoryEngine, tarLayer } from '../../../support/build-image/memory-engine.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

let folder: string
let engine: MemoryEngine
let registry: LoopbackRegistry
let push: EnginePush
let id: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-push-'))
  engine = new MemoryEngine()
  id = engine.add([await tarLayer('a', 1)])
  const storage = new PushStorage(folder, 0, async () => undefined)
  registry = await openLoopbackRegistry(storage, 0)
  const tags = new EngineTags(engine.docker, registry.repository, recordingWorld({}).world.step)
  push = new EnginePush(engine.docker, registry, storage, tags)
})
afterEach(async () => {
  await push.close()
  rmSync(folder, { recursive: true })
})

test('returns the manifest that the engine pushed, although the registry denies it', async () => {
  const { bytes } = await push.push(id)
  expect(JSON.parse(bytes.toString())).toMatchObject({ schemaVersion: 2, config: { digest: id }, layers: [{}] })
  expect(engine.calls.filter((call) => call.startsWith('push '))).toEqual([
    expect.stringMatching(/^push 127\.0\.0\.1:\d+\/slipway:run-[0-9a-f]{16}-0$/),
  ])
})

test('throws the engine’s own error when no manifest arrived', async () => {
  engine.onPush = async () => Readable.from([progress({ errorDetail: { message: 'connection refused' } })])
  await expect(push.push(id)).rejects.toThrow('connection refused')
  engine.onPush = async () => {
    throw new Error('(HTTP code 500) the engine is busy')
  }
  await expect(push.push(id)).rejects.toThrow('the engine is busy')
})

test('a push that ends without an error and without a manifest is an error', async () => {
  engine.onPush = async () => Readable.from([progress({ status: 'done' })])
  await expect(push.push(id)).rejects.toThrow('The engine pushed nothing.')
})

test('waits for a running push before it removes the tags, as the push could add one', async () => {
  const asked = Promise.withResolvers<void>()
  const held = Promise.withResolvers<Readable>()
  engine.onPush = async () => {
    asked.resolve()
    return held.promise
  }
  const pushing = push.push(id)
  pushing.catch(() => {})
  await asked.promise
  const closing = push.close()
  await turns()
  const before = engine.calls.filter((call) => call.startsWith('remove '))
  held.resolve(Readable.from([]))
  await closing
  expect(before).toEqual([])
  await expect(pushing).rejects.toThrow('The engine pushed nothing.')
  expect([...engine.names]).toEqual([])
})

test('starts no push after it was closed', async () => {
  await push.close()
  const tags = engine.calls.length
  await expect(push.push(id)).rejects.toThrow('aborted')
  expect(engine.calls).toHaveLength(tags)
})
