import { deployOfRecord, deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { deployTags } from '../../../../actions/datadog-event/src/deploy/deploy-tags.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RECORD } from '../../../support/datadog-event/datadog.ts'

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
  const services = [web, { name: 'worker' }] as typeof deploy.services
  expect(deployTags({ ...deploy, services }, []).slice(1, 3)).toEqual(['service:web', 'service:worker'])
})

test('leaves out tags without a value', () => {
  const bare = deployOfRun(readWorkflowRun({}), 'started', { services: ['web'] }, {}, 0)
  expect(deployTags(bare, [])).toEqual(['service:web', 'deploy_status:started', 'deploy_kind:deploy', 'source:slipway'])
})

test('the commit is the version where there is no other', () => {
  const { version: _, ...unversioned } = deploy
  expect(deployTags(unversioned, [])).toContain(`version:${RECORD.commit.sha}`)
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
