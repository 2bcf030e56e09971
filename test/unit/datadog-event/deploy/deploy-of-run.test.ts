import { deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy-of-run.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const run = readWorkflowRun(RUN_ENV)

describe('a deploy without a record', () => {
  test('has no end while it is only started', () => {
    const times = (status: 'started' | 'failed') =>
      deployOfRun(run, { status, started: true, services: ['web'] }, {}, NOW)
    expect(times('started')).toMatchObject({ startedAt: NOW })
    expect(times('started')).not.toHaveProperty('finishedAt')
    expect(times('failed')).toMatchObject({ startedAt: NOW, finishedAt: NOW })
  })

  test('has an id of run, attempt and environment, so that each is another deploy', () => {
    const id = (environment?: string) =>
      deployOfRun(
        run,
        { status: 'started', started: true, services: ['web'], ...(environment === undefined ? {} : { environment }) },
        {},
        NOW,
      ).id
    expect(id()).toBe('org/web-7-1')
    expect(id('stage')).toBe('org/web-7-1-stage')
    expect(deployOfRun(run, { status: 'started', started: true, services: ['web'], id: 'mine' }, {}, NOW).id).toBe(
      'mine',
    )
  })

  test('has no version of its own: the commit is known', () => {
    const deploy = deployOfRun(run, { status: 'started', started: true, services: ['web'] }, { message: 'Fix' }, NOW)
    expect(deploy.services[0]?.code).toEqual({ commit: run.sha })
    expect(deploy.commit).toEqual({
      sha: run.sha,
      url: run.commitUrl,
      repositoryUrl: run.repositoryUrl,
      message: 'Fix',
    })
  })
})

test.each([
  ['started', true, true],
  ['succeeded', true, true],
  ['succeeded', false, false],
  ['failed', true, false],
  ['failed', false, false],
] as const)('after a deploy that %s (rolled out: %s) it is known what runs: %s', (status, started, known) => {
  const { services } = deployOfRun(run, { status, started, services: ['web'] }, {}, NOW)
  expect(services[0]).toMatchObject({
    started,
    code: { commit: run.sha },
    runs: { code: known ? { commit: run.sha } : {} },
  })
})
