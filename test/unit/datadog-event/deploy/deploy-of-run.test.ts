import { deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy-of-run.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const run = readWorkflowRun(RUN_ENV)

describe('a deploy without a record', () => {
  test('has no end while it is only started', () => {
    const times = (status: 'started' | 'failed') =>
      deployOfRun(run, { status, started: true, kind: 'deploy', services: ['web'] }, {}, NOW)
    expect(times('started')).toMatchObject({ startedAt: NOW })
    expect(times('started')).not.toHaveProperty('finishedAt')
    expect(times('failed')).toMatchObject({ startedAt: NOW, finishedAt: NOW })
  })

  test('has an id of run, attempt and environment, so that each is another deploy', () => {
    const id = (environment?: string) =>
      deployOfRun(
        run,
        {
          status: 'started',
          started: true,
          kind: 'deploy',
          services: ['web'],
          ...(environment === undefined ? {} : { environment }),
        },
        {},
        NOW,
      ).id
    expect(id()).toBe('org/web-7-1')
    expect(id('stage')).toBe('org/web-7-1-stage')
    expect(
      deployOfRun(run, { status: 'started', started: true, kind: 'deploy', services: ['web'], id: 'mine' }, {}, NOW).id,
    ).toBe('mine')
  })

  test('has no version of its own: the commit is known', () => {
    const deploy = deployOfRun(
      run,
      { status: 'started', started: true, kind: 'deploy', services: ['web'] },
      { message: 'Fix' },
      NOW,
    )
    expect(deploy.services[0]?.code).toEqual({ commit: run.sha })
    expect(deploy.commit).toEqual({
      sha: run.sha,
      url: run.commitUrl,
      repositoryUrl: run.repositoryUrl,
      message: 'Fix',
    })
  })
})

test('a rollback has the version and the commit that are given, and not those of its run', () => {
  const told = { status: 'succeeded', started: true, kind: 'rollback', services: ['web'] } as const
  const change = { message: 'Break it' }
  const rollback = deployOfRun(run, told, change, NOW)
  expect(rollback).toMatchObject({ kind: 'rollback', commit: { sha: '', url: '' }, services: [{ code: {} }] })
  expect(rollback.commit).not.toHaveProperty('message')
  const commit = '5'.repeat(40)
  expect(deployOfRun(run, { ...told, version: '1.4', commit }, change, NOW)).toMatchObject({
    commit: { sha: commit, url: `${run.repositoryUrl}/commit/${commit}` },
    services: [{ code: { version: '1.4', commit } }],
  })
})

test('a deploy of another repository has its commit, or none', () => {
  const told = { status: 'succeeded', started: true, kind: 'deploy', services: ['web'] } as const
  const repositoryUrl = 'https://github.com/org/other'
  expect(deployOfRun(run, { ...told, repositoryUrl }, {}, NOW).commit).toEqual({ sha: '', url: '', repositoryUrl })
})

test('has the times that are given', () => {
  const told = { status: 'succeeded', started: true, kind: 'deploy', services: ['web'] } as const
  expect(deployOfRun(run, { ...told, startedAt: 5, finishedAt: 7 }, {}, NOW)).toMatchObject({
    startedAt: 5,
    finishedAt: 7,
  })
  expect(deployOfRun(run, { ...told, startedAt: 5 }, {}, NOW)).toMatchObject({ startedAt: 5, finishedAt: NOW })
  expect(deployOfRun(run, { ...told, finishedAt: 7 }, {}, NOW)).toMatchObject({ startedAt: 7, finishedAt: 7 })
})

test.each([
  ['started', true, true],
  ['succeeded', true, true],
  ['succeeded', false, false],
  ['failed', true, false],
  ['failed', false, false],
] as const)('after a deploy that %s (rolled out: %s) it is known what runs: %s', (status, started, known) => {
  const { services } = deployOfRun(run, { status, started, kind: 'deploy', services: ['web'] }, {}, NOW)
  expect(services[0]).toMatchObject({
    started,
    code: { commit: run.sha },
    runs: { code: known ? { commit: run.sha } : {} },
  })
})
