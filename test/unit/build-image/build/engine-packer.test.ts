import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openEnginePacker } from '../../../../actions/build-image/src/build/engine-packer.ts'
import { packFromArchive } from '../../../../actions/build-image/src/pack/engine-archive.ts'
import {
  makeTemporaryFolder,
  type TemporaryFolder,
} from '../../../../actions/build-image/src/runner/temporary-folder.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { progress } from '../../../support/build-image/engine-server.ts'
import { memoryDestination } from '../../../support/build-image/images.ts'
import { MemoryEngine, tarLayer } from '../../../support/build-image/memory-engine.ts'
import { packRequest } from '../../../support/build-image/pack-request.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const destinations = [memoryDestination('packer.test')]
let home: string
let engine: MemoryEngine
let temporary: TemporaryFolder
let id: string
let lines: string[]
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'slipway-home-'))
  engine = new MemoryEngine()
  temporary = await makeTemporaryFolder(recordingWorld({ RUNNER_TEMP: home }).world)
  id = engine.add([await tarLayer('one', 500)])
})
afterEach(async () => {
  await temporary.discard()
  rmSync(home, { recursive: true })
})

function open(of: { readonly push: boolean; readonly host?: string; readonly signal?: AbortSignal }) {
  const { host = 'unix:///var/run/docker.sock', signal = new AbortController().signal } = of
  const recorded = recordingWorld({ HOME: home, DOCKER_HOST: host }, { signal })
  lines = recorded.lines
  const request = packRequest(temporary, of.push ? { destinations } : {})
  return openEnginePacker(engine.docker, request, recorded.world)
}

/** The calls that matter: a push, or the archive of `docker save`. */
const ways = () => engine.calls.map((call) => call.split(' ')[0]).filter((call) => call === 'push' || call === 'save')

test('an engine on this machine pushes the image, and keeps no tag', async () => {
  const image = await (await open({ push: true })).pack(id)
  expect(ways()).toEqual(['push'])
  await temporary.discard()
  expect([...engine.names]).toEqual([])
  expect([...engine.images.keys()]).toEqual([id])
  temporary = await makeTemporaryFolder(recordingWorld({ RUNNER_TEMP: home }).world)
  expect(image.digest).toBe((await packFromArchive(engine.docker, id, packRequest(temporary))).digest)
})

test('reads the archive of an engine on another machine, and says why', async () => {
  const packer = await open({ push: true, host: 'tcp://10.0.0.5:2376' })
  packer.packAhead(id)
  await packer.pack(id)
  expect(ways()).toEqual(['save'])
  expect(lines).toEqual(['The Docker engine is on another machine, so its archive of the image is read.'])
})

test('reads the archive of an image without a destination', async () => {
  const packer = await open({ push: false })
  packer.packAhead(id)
  await packer.pack(id)
  expect(ways()).toEqual(['save'])
  expect(lines).toEqual([])
})

test('reads the archive when the engine cannot push, with the same result, and says why', async () => {
  const pushed = await (await open({ push: true })).pack(id)
  await temporary.discard()
  temporary = await makeTemporaryFolder(recordingWorld({ RUNNER_TEMP: home }).world)
  engine.calls.length = 0
  engine.onPush = async () => Readable.from([progress({ errorDetail: { message: 'connection refused' } })])
  const archived = await (await open({ push: true })).pack(id)
  expect(ways()).toEqual(['push', 'save'])
  expect(lines).toEqual([
    'The engine did not push the image to this step, so its archive of the image is read: connection refused',
  ])
  expect(archived.digest).toBe(pushed.digest)
})

test('a cancel ends the push, and no archive is read', async () => {
  const cancellation = new AbortController()
  const reason = new CancelledError('The run was cancelled (SIGINT).')
  engine.onPush = async () => {
    cancellation.abort(reason)
    throw new Error('aborted')
  }
  const packer = await open({ push: true, signal: cancellation.signal })
  await expect(packer.pack(id)).rejects.toBe(reason)
  expect(ways()).toEqual(['push'])
})

test('pushes intermediate images while the build continues', async () => {
  const asked = Promise.withResolvers<string | undefined>()
  engine.onPush = async (reference) => {
    asked.resolve(engine.names.get(reference))
    return Readable.from([])
  }
  const packer = await open({ push: true })
  packer.packAhead(id)
  expect(await asked.promise).toBe(id)
})

test('a tag that cannot be removed does not fail the step', async () => {
  const packer = await open({ push: true })
  const image = await packer.pack(id)
  engine.images.clear()
  await temporary.discard()
  expect(image.digest).toMatch(/^sha256:/)
  temporary = await makeTemporaryFolder(recordingWorld({ RUNNER_TEMP: home }).world)
})
