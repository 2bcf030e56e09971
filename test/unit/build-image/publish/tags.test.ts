// Tags in registries that refuse to put one twice, as ECR does for immutable tags even when it is the same image.

import type { Image } from '../../../../actions/build-image/src/image/image.ts'
import { OCI_MANIFEST } from '../../../../actions/build-image/src/image/oci.ts'
import { refuseTakenTags, tagAll } from '../../../../actions/build-image/src/publish/tags.ts'
import type { ReadyDestination } from '../../../../actions/build-image/src/registry/ready-destination.ts'
import { Registry } from '../../../../actions/build-image/src/registry/registry.ts'
import { openHttp } from '../../../../toolkit/http/http.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { FakeClock } from '../../../support/clock.ts'
import { answerJson, scriptedServer } from '../../../support/scripted-server.ts'

const OURS = `sha256:${'aa'.repeat(32)}`
const THEIRS = `sha256:${'bb'.repeat(32)}`
const log = { info: () => {} } as unknown as Log
const image = {
  digest: OURS,
  source: { manifest: async () => ({ digest: OURS, mediaType: OCI_MANIFEST, bytes: Buffer.from('{}') }) },
} as unknown as Image

let server: Awaited<ReturnType<typeof scriptedServer>>
let there: string | undefined
/** What the tag stands for once it is put, and the answer to that: a refusal, a gateway's that lost it, or, once the other registry has refused
 * its tag, that it is. */
let puts: { readonly tag: string; readonly answer: 'refused' | 'lost' | 'put' }[]
let refused: PromiseWithResolvers<void>

beforeEach(async () => {
  server = await scriptedServer(({ method, path }, response) => {
    if (path === '/v2/') response.end()
    else if (path.startsWith('/v2/closed/')) {
      response.writeHead(method === 'HEAD' ? 404 : 403).end()
      if (method === 'PUT') refused.resolve()
    } else if (method === 'HEAD') {
      if (there === undefined) response.writeHead(404).end()
      else response.writeHead(200, { 'docker-content-digest': there }).end()
    } else {
      const put = puts.shift()
      there ??= put?.tag
      if (put?.answer === 'lost') response.writeHead(504).end()
      else if (put?.answer === 'put') refused.promise.then(() => response.writeHead(201).end())
      else answerJson(response, 400, { errors: [{ code: 'TAG_INVALID', message: 'the tag is immutable' }] })
    }
  })
  there = undefined
  refused = Promise.withResolvers()
})
afterEach(() => server.close())

const destination = (path = 'web') => {
  const { host } = new URL(server.url)
  const world = { http: openHttp({}), clock: new FakeClock(), log, signal: new AbortController().signal }
  return {
    repository: { host, path },
    registry: new Registry(host, async () => undefined, world),
    tags: [{ tag: 'v1', current: undefined, immutable: true }],
  } as unknown as ReadyDestination
}

test('counts a tag as set when the answer was lost and the second put is refused', async () => {
  puts = [
    { tag: OURS, answer: 'lost' },
    { tag: OURS, answer: 'refused' },
  ]
  const ready = destination()
  expect(await tagAll(image, [ready], log)).toEqual([`${ready.repository.host}/web:v1`])
  expect(puts).toEqual([])
})

test('accepts a tag that another run of the same commit has set', async () => {
  puts = [{ tag: OURS, answer: 'refused' }]
  expect(await tagAll(image, [destination()], log)).toHaveLength(1)
})

test('names both digests when a tag stands for another image', async () => {
  puts = [{ tag: THEIRS, answer: 'refused' }]
  await expect(tagAll(image, [destination()], log)).rejects.toMatchObject({
    message: expect.stringMatching(
      new RegExp(`web:v1 stands for ${THEIRS}, and this image is ${OURS}\\. .*TAG_INVALID the tag is immutable`),
    ),
    hint: expect.stringContaining('another tag'),
  })
})

test('reports the registry’s refusal when the tag does not exist', async () => {
  puts = []
  await expect(tagAll(image, [destination()], log)).rejects.toThrow(/^Could not put .*web:v1\. The registry says: 400/)
})

test('lists the tags that are set when one registry refuses its tag', async () => {
  puts = [{ tag: OURS, answer: 'put' }]
  const [web, closed] = [destination(), destination('closed')]
  const { host } = web.repository
  await expect(tagAll(image, [web, closed], log)).rejects.toMatchObject({
    message: expect.stringMatching(
      new RegExp(
        `^Could not put ${host}/closed:v1\\. .*403.*\nThese tags stand for the image already: ${host}/web:v1\\.$`,
      ),
    ),
    hint: expect.any(String),
  })
})

test.each([
  ['is free', undefined, true, false],
  ['stands for this image', OURS, true, false],
  ['may move', THEIRS, false, false],
  ['stands for another image', THEIRS, true, true],
])(
  'an immutable tag is refused before the push only when it is taken: one that %s',
  (_, current, immutable, refused) => {
    const taken = [{ ...destination(), tags: [{ tag: 'v1', current, immutable }] }]
    const check = () => refuseTakenTags(taken, OURS)
    if (refused) expect(check).toThrow(`:v1 is immutable and stands for ${THEIRS}; this image is ${OURS}.`)
    else expect(check).not.toThrow()
  },
)

/** A destination in memory with these tags, and the tags that are put, in their order. */
function moving(tags: Readonly<Record<string, string | undefined>>, confirmed = OURS) {
  const put: string[] = []
  const state = Object.entries(tags).map(([tag, current]) => ({ tag, current, immutable: false }))
  const registry = { putManifest: async (_: string, tag: string) => put.push(tag), resolve: async () => confirmed }
  return {
    put,
    ready: { repository: { host: 'a.test', path: 'web' }, registry, tags: state } as unknown as ReadyDestination,
  }
}

test('puts new tags first and tags that move last, and does not put one that stands for the image', async () => {
  const { put, ready } = moving({ latest: THEIRS, v1: undefined, same: OURS })
  expect(await tagAll(image, [ready], log)).toEqual(['a.test/web:v1', 'a.test/web:same', 'a.test/web:latest'])
  expect(put).toEqual(['v1', 'latest'])
})

test('a tag that another run has moved since is an error', async () => {
  await expect(tagAll(image, [moving({ v1: undefined }, THEIRS).ready], log)).rejects.toMatchObject({
    message: `a.test/web:v1 should stand for ${OURS}, but the registry says ${THEIRS}.`,
    hint: expect.stringContaining('`concurrency` group'),
  })
})
