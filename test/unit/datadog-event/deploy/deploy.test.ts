import { aggregationKey, deployOfRecord, deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import type { DeployRecord, ServiceRecord } from '../../../../toolkit/deploy-record.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RECORD, RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const run = readWorkflowRun(RUN_ENV)
const none = { services: [] }
const [web] = RECORD.services as [ServiceRecord]
const two: DeployRecord = { ...RECORD, services: [web, { ...web, service: 'worker' }] }

describe('a deploy with a record', () => {
  test('has the facts of the record', () => {
    const { account, kind, ...deploy } = deployOfRecord({ ...RECORD, account: undefined }, none, {})
    expect({ account, kind }).toEqual({ account: undefined, kind: 'deploy' })
    expect(deploy).toEqual({
      id: 'org/web-7-1',
      awaited: true,
      status: 'succeeded',
      environment: 'production',
      version: '1.4.2',
      region: 'eu-west-1',
      services: [
        {
          name: 'web',
          cluster: 'main',
          reason: web.reason,
          taskDefinition: web.taskDefinition,
          previousTaskDefinition: web.previousTaskDefinition,
          images: web.images.map(({ image }) => image),
        },
      ],
      startedAt: Date.parse(RECORD.startedAt),
      finishedAt: Date.parse(RECORD.finishedAt),
      commit: RECORD.commit,
      run: RECORD.run,
    })
  })

  test('prefers inputs to the record', () => {
    const overrides = { ...none, id: 'x', status: 'failed', environment: 'stage', version: 'v9', team: 'shop' } as const
    const { id, status, environment, version, team } = deployOfRecord(RECORD, overrides, {})
    expect({ services: [], id, status, environment, version, team }).toEqual(overrides)
  })

  test('takes names for its services where there is one for each, and no others', () => {
    const names = (...services: readonly string[]) =>
      deployOfRecord(two, { services }, {}).services.map(({ name }) => name)
    expect(names('shop-web', 'shop-worker')).toEqual(['shop-web', 'shop-worker'])
    expect(names('shop-web')).toEqual(['web', 'worker'])
    expect(names()).toEqual(['web', 'worker'])
  })

  test('has the message and the pull request of the change', () => {
    const pullRequest = { number: 12, url: 'https://github.com/org/web/pull/12' }
    const deploy = deployOfRecord(RECORD, none, { message: 'Fix', pullRequest })
    expect(deploy).toMatchObject({ commit: { ...RECORD.commit, message: 'Fix' }, pullRequest })
  })

  test('is not awaited with `wait-for: none`', () => {
    expect(deployOfRecord({ ...RECORD, waitedFor: 'none' }, none, {}).awaited).toBe(false)
    expect(deployOfRecord({ ...RECORD, waitedFor: 'started' }, none, {}).awaited).toBe(true)
  })
})

test('the version is the tag of the image, where the images agree on one', () => {
  const version = (...images: string[]) =>
    deployOfRecord(
      {
        ...RECORD,
        services: RECORD.services.map((s) => ({ ...s, images: images.map((image) => ({ container: 'c', image })) })),
      },
      none,
      {},
    ).version
  const digest = `sha256:${'0'.repeat(64)}`
  expect(version(`localhost:5000/web:v1@${digest}`, 'x/y:v1')).toBe('v1')
  expect(version(`localhost:5000/web@${digest}`)).toBeUndefined()
  expect(version('a:v1', 'b:v2')).toBeUndefined()
})

describe('a deploy without a record', () => {
  test('has no end while it is only started', () => {
    const times = (status: 'started' | 'failed') => deployOfRun(run, status, { services: ['web'] }, {}, NOW)
    expect(times('started')).toMatchObject({ startedAt: NOW })
    expect(times('started')).not.toHaveProperty('finishedAt')
    expect(times('failed')).toMatchObject({ startedAt: NOW, finishedAt: NOW })
  })

  test('has an id of run, attempt and environment, so that each is another deploy', () => {
    const id = (environment?: string) =>
      deployOfRun(run, 'started', { services: ['web'], ...(environment === undefined ? {} : { environment }) }, {}, NOW)
        .id
    expect(id()).toBe('org/web-7-1')
    expect(id('stage')).toBe('org/web-7-1-stage')
    expect(deployOfRun(run, 'started', { services: ['web'], id: 'mine' }, {}, NOW).id).toBe('mine')
  })

  test('has no version of its own: the commit is known', () => {
    const deploy = deployOfRun(run, 'started', { services: ['web'] }, { message: 'Fix' }, NOW)
    expect(deploy).not.toHaveProperty('version')
    expect(deploy.commit).toEqual({
      sha: run.sha,
      url: run.commitUrl,
      repositoryUrl: run.repositoryUrl,
      message: 'Fix',
    })
  })
})

describe('the aggregation key', () => {
  test('is the id where Datadog takes it', () => {
    expect(aggregationKey('x'.repeat(100))).toBe('x'.repeat(100))
  })

  test('of a longer id is its beginning and a hash, so that different ids differ', () => {
    const [a, b] = [aggregationKey(`${'x'.repeat(100)}a`), aggregationKey(`${'x'.repeat(100)}b`)]
    expect(a).toMatch(/^x{87}-[0-9a-f]{12}$/)
    expect(a).not.toBe(b)
  })
})
