import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import type { DeployRecord, ServiceRecord } from '../../../../toolkit/deploy-record.ts'
import { RECORD } from '../../../support/datadog-event/datadog.ts'

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
      region: 'eu-west-1',
      services: [
        {
          name: 'web',
          status: 'succeeded',
          cluster: 'main',
          reason: web.reason,
          taskDefinition: web.taskDefinition,
          previousTaskDefinition: web.previousTaskDefinition,
          images: web.images.map(({ image }) => image),
          started: true,
          code: { version: '1.4.2', commit: RECORD.commit.sha },
          previousCode: {},
          runs: { taskDefinition: web.taskDefinition, code: { version: '1.4.2', commit: RECORD.commit.sha } },
        },
      ],
      startedAt: Date.parse(RECORD.startedAt),
      finishedAt: Date.parse(RECORD.finishedAt),
      commit: { sha: RECORD.commit.sha, url: RECORD.commit.url, repositoryUrl: RECORD.commit.repositoryUrl },
      run: RECORD.run,
    })
  })

  test('prefers inputs to the record', () => {
    const overrides = { ...none, id: 'x', status: 'failed', environment: 'stage', version: 'v9', team: 'shop' } as const
    const {
      id,
      status,
      environment,
      services: [service],
      team,
    } = deployOfRecord(RECORD, overrides, {})
    expect({ services: [], id, status, environment, version: service?.code.version, team }).toEqual(overrides)
  })

  test('takes names for its services', () => {
    const names = (...services: readonly string[]) =>
      deployOfRecord(two, { services }, {}).services.map(({ name }) => name)
    expect(names('shop-web', 'shop-worker')).toEqual(['shop-web', 'shop-worker'])
    expect(names()).toEqual(['web', 'worker'])
  })

  test('has the message and the pull request of the change', () => {
    const pullRequest = { number: 12, url: 'https://github.com/org/web/pull/12' }
    const deploy = deployOfRecord(RECORD, none, { message: 'Fix', pullRequest })
    expect(deploy).toMatchObject({ commit: { url: RECORD.commit.url, message: 'Fix' }, pullRequest })
  })

  test('is not awaited with `wait-for: none`', () => {
    expect(deployOfRecord({ ...RECORD, waitedFor: 'none' }, none, {}).awaited).toBe(false)
    expect(deployOfRecord({ ...RECORD, waitedFor: 'started' }, none, {}).awaited).toBe(true)
  })
})

describe('the commit of a deploy', () => {
  const [OWN, change] = ['5'.repeat(40), { message: 'Fix', pullRequest: { number: 12, url: 'u' } }]
  const commit = (more: Partial<ServiceRecord>, kind: 'deploy' | 'rollback' = 'deploy') => {
    const deploy = deployOfRecord({ ...RECORD, kind, services: [{ ...web, ...more }] }, none, change)
    return { ...deploy.commit, pullRequest: deploy.pullRequest }
  }
  const { repositoryUrl } = RECORD.commit

  test('is that of the revision, which has neither the message nor the pull request of the run', () => {
    expect(commit({ commit: OWN })).toEqual({ sha: OWN, url: `${repositoryUrl}/commit/${OWN}`, repositoryUrl })
  })

  test('is that of the run for a new deploy that does not say it', () => {
    expect(commit({})).toMatchObject({ sha: RECORD.commit.sha, ...change })
  })

  test.each([
    ['a rollback', {}, 'rollback'],
    ['a deploy that changed nothing', { started: false }, 'deploy'],
  ] as const)('is not known of %s that does not say it', (_, more, kind) => {
    expect(commit(more, kind)).toEqual({ sha: '', url: '', repositoryUrl })
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
    ).services[0]?.code.version
  const digest = `sha256:${'0'.repeat(64)}`
  expect(version(`localhost:5000/web:v1@${digest}`, 'x/y:v1')).toBe('v1')
  expect(version(`localhost:5000/web@${digest}`)).toBeUndefined()
  expect(version('a:v1', 'b:v2')).toBeUndefined()
  expect(version(`localhost:5000/web:latest@${digest}`)).toBeUndefined()
})

describe('the status of a service', () => {
  const api = { ...web, service: 'api', verdict: 'rolled-back', runs: web.previousTaskDefinition } as const
  const both: DeployRecord = {
    ...RECORD,
    verdict: 'rolled-back',
    services: [{ ...web, runs: web.taskDefinition }, api],
  }
  const statuses = (overrides: object) =>
    deployOfRecord(both, { services: [], ...overrides }, {}).services.map(({ status }) => status)

  test('is its own verdict, also where that of the whole deploy is worse', () => {
    expect(statuses({})).toEqual(['succeeded', 'rolled-back'])
    expect(statuses({ status: 'rolled-back' })).toEqual(['succeeded', 'rolled-back'])
    const { services } = deployOfRecord(both, none, {})
    expect(services.map(({ runs }) => runs.taskDefinition)).toEqual([web.taskDefinition, web.previousTaskDefinition])
  })

  test('is another one that is told of the whole deploy, such as by a gate', () => {
    expect(statuses({ status: 'failed' })).toEqual(['failed', 'failed'])
  })
})
