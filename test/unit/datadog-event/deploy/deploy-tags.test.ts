import type { Deploy } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import { deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy-of-run.ts'
import { deployTags } from '../../../../actions/datadog-event/src/deploy/deploy-tags.ts'
import type { DeployRecord, ServiceRecord } from '../../../../toolkit/deploy-record.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { deployedService, RECORD } from '../../../support/datadog-event/datadog.ts'

const deploy = deployOfRecord(RECORD, { services: [], team: 'shop' }, {})

test('the tags of unified service tagging come first, then commit, deploy and place', () => {
  expect(deployTags(deploy, ['tier:1'])).toEqual([
    'env:production',
    'service:web',
    'version:1.4.2',
    'team:shop',
    `git.commit.sha:${RECORD.commit.sha}`,
    'git.repository_url:https://github.com/org/web',
    'deploy_status:succeeded',
    'deploy_kind:deploy',
    'aws_account:123456789012',
    'region:eu-west-1',
    'source:slipway',
    'tier:1',
  ])
})

test('has a service tag for each service', () => {
  const [web] = deploy.services
  const services = [web, deployedService('worker')] as typeof deploy.services
  expect(deployTags({ ...deploy, services }, []).slice(1, 3)).toEqual(['service:web', 'service:worker'])
})

test('leaves out tags without a value', () => {
  const bare = deployOfRun(
    readWorkflowRun({}),
    { status: 'started', started: true, kind: 'deploy', services: ['web'] },
    {},
    0,
  )
  expect(deployTags(bare, [])).toEqual(['service:web', 'deploy_status:started', 'deploy_kind:deploy', 'source:slipway'])
})

test('the commit is the version where there is no other', () => {
  expect(deployTags(of({ images: [] }), [])).toContain(`version:${RECORD.commit.sha}`)
})

const of = (more: Partial<ServiceRecord>, record: Partial<DeployRecord> = {}, overrides: object = {}) => {
  const services = RECORD.services.map((service) => ({ ...service, ...more }))
  return deployOfRecord({ ...RECORD, ...record, services }, { services: [], ...overrides }, {})
}
const versions = (deploy: Deploy) =>
  deployTags(deploy, []).filter((tag) => /^(version|deploy_version|git\.commit)/.test(tag))
const [OLD, NEW] = ['1'.repeat(40), '2'.repeat(40)]
const codes = { version: NEW, commit: NEW, previousVersion: OLD, previousCommit: OLD }
const [before, after] = [RECORD.services[0]?.previousTaskDefinition, RECORD.services[0]?.taskDefinition]

test.each<[string, Deploy, string[]]>([
  ['that succeeded', of({ ...codes, runs: after }), [`version:${NEW}`, `git.commit.sha:${NEW}`]],
  [
    'that ECS rolled back',
    of({ ...codes, runs: before, verdict: 'rolled-back' }, { verdict: 'rolled-back' }),
    [`version:${OLD}`, `deploy_version:${NEW}`, `git.commit.sha:${OLD}`],
  ],
  [
    'that a later step took back',
    of({ ...codes, runs: after }, {}, { status: 'rolled-back' }),
    [`version:${OLD}`, `deploy_version:${NEW}`, `git.commit.sha:${OLD}`],
  ],
  [
    'that failed and stays',
    of({ ...codes, runs: after, verdict: 'failed' }),
    [`version:${NEW}`, `git.commit.sha:${NEW}`],
  ],
  ['after which another revision runs', of({ ...codes, runs: 'web:7' }), [`deploy_version:${NEW}`]],
  [
    'that is a rollback',
    of({ version: OLD, previousVersion: NEW, runs: after }, { kind: 'rollback' }),
    [`version:${OLD}`],
  ],
  ['that is a rollback to a revision without a version', of({ images: [], runs: after }, { kind: 'rollback' }), []],
  ['that changed nothing, of a revision without a version', of({ images: [], started: false }), []],
])('`version` is what runs at the end of a deploy %s', (_, deploy, expected) => {
  expect(versions(deploy)).toEqual(expected)
})

test('keeps to Datadog’s limits: 200 characters a tag, 100 tags, each once', () => {
  const tags = deployTags({ ...deploy, team: 'x'.repeat(300) }, [
    'env:production',
    ...Array.from({ length: 200 }, (_, i) => `t:${i}`),
  ])
  expect(tags).toContain(`team:${'x'.repeat(195)}`)
  expect(tags).toHaveLength(100)
  expect(tags.filter((tag) => tag === 'env:production')).toHaveLength(1)
  expect(tags.at(-1)).toBe('t:88')
})
