import { type DeployedService, STATUSES } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import { deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy-of-run.ts'
import {
  doraDeployment,
  doraFailure,
  doraId,
  isDeployment,
  isFailure,
} from '../../../../actions/datadog-event/src/messages/dora.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RECORD } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const deploy = deployOfRecord(RECORD, { services: [], team: 'shop' }, {})
const web = deploy.services[0] as DeployedService
const attributesOf = (of: typeof deploy, tags: readonly string[] = [], service = web) =>
  (doraDeployment(of, service, tags).body as { data: { attributes: Record<string, unknown> } }).data.attributes

test('counts deploys that reached users: successes, and failures as change failures', () => {
  expect(STATUSES.filter(isDeployment)).toEqual(['succeeded', 'rolled-back', 'failed', 'timed-out'])
  expect(STATUSES.filter(isFailure)).toEqual(['rolled-back', 'failed', 'timed-out'])
})

test('gives a DORA deployment exact times and its own id', () => {
  const request = doraDeployment(deploy, web, ['tier:1'])
  expect(request).toMatchObject({ method: 'POST', host: 'api', path: '/api/v2/dora/deployment', keys: 'api' })
  // As it goes over the wire: nanoseconds have more digits than a JavaScript number can be trusted with.
  const started = BigInt(Date.parse(RECORD.startedAt)) * 1_000_000n
  const finished = BigInt(Date.parse(RECORD.finishedAt)) * 1_000_000n
  const wire = JSON.stringify(request.body)
  expect(wire).toContain(`"started_at":${started},"finished_at":${finished},`)
  expect(JSON.parse(wire)).toMatchObject({
    data: {
      attributes: {
        service: 'web',
        id: doraId('org/web-7-1', 'web'),
        version: '1.4.2',
        env: 'production',
        team: 'shop',
        git: { repository_url: 'https://github.com/org/web', commit_sha: RECORD.commit.sha },
        custom_tags: ['tier:1'],
      },
    },
  })
})

test('times of any moment are exact in nanoseconds', () => {
  for (let ms = NOW; ms < NOW + 5000; ms += 7) expect(JSON.stringify(ms * 1_000_000)).toBe(`${ms}000000`)
})

test.each([
  ['org/web-7-1', 'web'],
  ['x', 'y'],
  ['ümläut 🙂', 'web'],
  ['x'.repeat(400), 'web'],
])('the DORA id of %j is one that Datadog takes, and always the same', (deployId, service) => {
  expect(doraId(deployId, service)).toMatch(/^[A-Za-z0-9._:-]{16,128}$/)
  expect(doraId(deployId, service)).toBe(doraId(deployId, service))
})

test('DORA ids of different deploys differ, also where their readable part is the same', () => {
  expect(doraId('a/b', 'web')).not.toBe(doraId('a.b', 'web'))
  expect(doraId('a', 'web')).not.toBe(doraId('a', 'worker'))
})

test('a change failure is a patch of the deployment with the same id', () => {
  const failure = doraFailure({ deployId: 'org/web-7-1', service: 'web' })
  const id = doraId('org/web-7-1', 'web')
  expect(failure).toMatchObject({
    method: 'PATCH',
    path: `/api/v2/dora/deployments/${encodeURIComponent(id)}`,
    keys: 'both',
    mayLag: true,
    body: { data: { id, type: 'dora_deployment_patch_request', attributes: { change_failure: true } } },
  })
})

test('a deploy that undoes another is its remediation', () => {
  const remediation = { id: doraId('org/web-7-1', 'web'), type: 'rollback' } as const
  expect(doraFailure({ deployId: 'org/web-6-1', service: 'web' }, remediation).body).toEqual({
    data: {
      id: doraId('org/web-6-1', 'web'),
      type: 'dora_deployment_patch_request',
      attributes: { change_failure: true, remediation },
    },
  })
})

test('a deployment is found by its version, too', () => {
  const request = doraFailure({ service: 'web', env: 'production', version: '1.4.2' })
  expect(request).toMatchObject({ method: 'PATCH', path: '/api/v2/dora/deployments', keys: 'both', mayLag: true })
  expect(request.body).toEqual({
    data: {
      type: 'dora_deployment_patch_request',
      attributes: { service: 'web', env: 'production', version: '1.4.2', change_failure: true },
    },
  })
})

test('the commit is the version where there is no other', () => {
  const unversioned = attributesOf(deploy, [], { ...web, code: { commit: RECORD.commit.sha } })
  expect(unversioned['version']).toBe(RECORD.commit.sha)
  expect(unversioned).not.toHaveProperty('custom_tags')
})

test('has no version and no git facts outside GitHub, and no git facts without a repository', () => {
  const bare = deployOfRun(
    readWorkflowRun({}),
    { status: 'succeeded', started: true, kind: 'deploy', services: ['web'] },
    {},
    NOW,
  )
  expect(JSON.parse(JSON.stringify(attributesOf(bare, [], bare.services[0])))).toEqual({
    service: 'web',
    id: doraId(bare.id, 'web'),
    started_at: NOW * 1e6,
    finished_at: NOW * 1e6,
  })
  expect(attributesOf({ ...deploy, commit: { ...deploy.commit, repositoryUrl: '' } })).not.toHaveProperty('git')
})

test('never ends before it starts, which Datadog refuses', () => {
  expect(attributesOf({ ...deploy, finishedAt: deploy.startedAt - 1 })['finished_at']).toBe(deploy.startedAt * 1e6)
})
