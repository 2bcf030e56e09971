import { parseDeployRecord } from '../../../toolkit/deploy-record.ts'

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
