import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageLabels, readCommit } from '../../../../actions/build-image/src/sources/commit.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-commit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const EVENT = {
  head_commit: { timestamp: '2024-03-01T13:00:00+01:00' },
  repository: { name: 'web', description: 'A web shop', license: { spdx_id: 'MIT' } },
}

async function read(
  env: Record<string, string>,
  git: { code: number; stdout: string } | Error,
  event: unknown = EVENT,
) {
  const path = join(folder, 'event.json')
  writeFileSync(path, typeof event === 'string' ? event : JSON.stringify(event))
  const asked: unknown[] = []
  const { world } = recordingWorld(
    { GITHUB_EVENT_PATH: path, GITHUB_SHA: 'abc', GITHUB_REPOSITORY: 'acme/web', GITHUB_REF_NAME: 'v1', ...env },
    {
      query: async (program, args) => {
        asked.push([program, ...args])
        if (git instanceof Error) throw git
        return { ...git, stderr: '' }
      },
    },
  )
  return { commit: await readCommit(folder, world), asked }
}

const GIT = { code: 0, stdout: '1709208000\n' }
const NO_GIT = new Error('git was not found')

test.each<[string, Record<string, string>, typeof GIT | Error, unknown, number, string]>([
  ['SOURCE_DATE_EPOCH', { SOURCE_DATE_EPOCH: '1700000000' }, GIT, EVENT, 1_700_000_000, 'SOURCE_DATE_EPOCH'],
  ['the epoch 0', { SOURCE_DATE_EPOCH: '0' }, GIT, EVENT, 0, 'SOURCE_DATE_EPOCH'],
  ['git', {}, GIT, EVENT, 1_709_208_000, 'git'],
  ['git, not a malformed SOURCE_DATE_EPOCH', { SOURCE_DATE_EPOCH: 'now' }, GIT, EVENT, 1_709_208_000, 'git'],
  ['the event without git', {}, NO_GIT, EVENT, 1_709_294_400, 'the event'],
  ['the event where git does not have the commit', {}, { code: 128, stdout: '' }, EVENT, 1_709_294_400, 'the event'],
  ['1980 without any', {}, NO_GIT, '{', 315_532_800, 'the default, as neither git nor the event has a time'],
])('takes the time from %s', async (_, env, git, event, epoch, epochFrom) => {
  expect((await read(env, git, event)).commit).toMatchObject({ epoch, epochFrom })
})

test('asks git for the time of the commit of the run', async () => {
  expect((await read({}, GIT)).asked).toEqual([['git', 'log', '-1', '--format=%ct', 'abc']])
})

test('labels the image with what the run tells; labels of the inputs replace them, empty ones are left out', async () => {
  const { commit } = await read({}, GIT, { ...EVENT, repository: { ...EVENT.repository, description: null } })
  const own = [
    { key: 'org.opencontainers.image.version', value: '2.0' },
    { key: 'team', value: 'shop' },
    { key: 'org.opencontainers.image.licenses', value: '' },
  ]
  const labels = Object.fromEntries(imageLabels(commit, own).map(({ key, value }) => [key, value]))
  expect(labels).toEqual({
    'org.opencontainers.image.title': 'web',
    'org.opencontainers.image.url': expect.stringContaining('acme/web'),
    'org.opencontainers.image.source': expect.stringContaining('acme/web'),
    'org.opencontainers.image.version': '2.0',
    'org.opencontainers.image.created': '2024-02-29T12:00:00.000Z',
    'org.opencontainers.image.revision': 'abc',
    team: 'shop',
  })
})
