import { readFileSync } from 'node:fs'
import { systemClock } from '../../../toolkit/clock.ts'
import { parseDeployRecord } from '../../../toolkit/deploy-record.ts'
import { formatDuration } from '../../../toolkit/duration.ts'
import { CancelledError } from '../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../toolkit/github.ts'
import { VERSION } from '../../../toolkit/version.ts'

test('the version is the one of package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  expect(VERSION).toBe(manifest.version)
})

test.each([
  [850, '850 ms'],
  [12_400, '12 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [3_900_000, '1 h 5 min'],
])('%d ms is said as %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected)
})

test('the run is linked, attempt and all', () => {
  const run = readWorkflowRun({
    GITHUB_REPOSITORY: 'org/web',
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_SHA: 'abc',
  })
  expect(run.url).toBe('https://github.com/org/web/actions/runs/7/attempts/2')
  expect(run.commitUrl).toBe('https://github.com/org/web/commit/abc')
})

test('outside GitHub there is nothing to link', () => {
  expect(readWorkflowRun({})).toMatchObject({ url: '', commitUrl: '', repositoryUrl: '' })
})

test('a sleep ends at once when it is cancelled, with the reason', async () => {
  const cancellation = new AbortController()
  const sleeping = systemClock.sleep(60_000, cancellation.signal)
  cancellation.abort(new CancelledError('by the run'))
  await expect(sleeping).rejects.toThrow('by the run')
})

describe('a deploy record', () => {
  const record = {
    schema: 1,
    deployId: 'org/web-7-1',
    verdict: 'succeeded',
    region: 'eu-west-1',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:01:00Z',
    services: [],
    commit: { sha: 'abc', url: '', repository: 'org/web', repositoryUrl: '' },
    run: { url: '', actor: 'ann', ref: 'main' },
  }

  test('is read back as it was written', () => {
    expect(parseDeployRecord(JSON.stringify(record), 'deploy-record')).toEqual(record)
  })

  test('that is malformed names the input and the member', () => {
    expect(() => parseDeployRecord('{', 'deploy-record')).toThrow('Input `deploy-record` is not JSON.')
    expect(() => parseDeployRecord(JSON.stringify({ ...record, verdict: 'green' }), 'deploy-record')).toThrow(
      /Input `deploy-record` is not a deploy record: `verdict`/,
    )
  })
})
