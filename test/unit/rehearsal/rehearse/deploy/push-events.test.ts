import { merge, release } from '../../../../../rehearsal/rehearse/deploy/push-events.ts'
import { environments } from '../../../../../rehearsal/rehearse/setup/environments.ts'
import { rehearsedSettings } from '../../../../../rehearsal/rehearse/setup/github-settings.ts'

const commit = { sha: 'c'.repeat(40), before: 'b'.repeat(40), message: 'Second version' }

it('deploys a merge to stage', () => {
  expect(merge(commit)).toMatchObject({
    workflow: '.github/workflows/deploy-stage.yml',
    ref: 'refs/heads/main',
    commit,
    env: {},
  })
})

it("deploys a version tag to prod with stage's image, and without a Docker engine", () => {
  expect(release('v1.2.3', commit, '127.0.0.1:5000/web')).toMatchObject({
    workflow: '.github/workflows/deploy-prod.yml',
    ref: 'refs/tags/v1.2.3',
    commit: { sha: commit.sha, before: '0'.repeat(40) },
    vars: { IMAGE_REPOSITORY: '127.0.0.1:5000/web' },
    env: { DOCKER_HOST: expect.stringMatching(/^unix:/) },
  })
})

it('gives stage and prod different settings', () => {
  const { environments: settings } = rehearsedSettings({ AWS_REGION: 'eu-west-1' }, {}, false)
  const { AWS_REGION: stageRegion, ...stage } = settings.stage.vars
  const { AWS_REGION: prodRegion, AWS_LOGIN_ROLE: login, ...prod } = settings.prod.vars
  expect(login).toBe('arn:aws:iam::333333333333:role/ci')
  expect(stageRegion).toBe(prodRegion)
  for (const [name, value] of Object.entries(stage)) {
    expect(value).not.toBe(prod[name])
    expect(prod[name]).not.toContain(environments.stage.account)
  }
  expect(Object.keys(prod)).toEqual(Object.keys(stage))
})

it('watches monitors only with watchMonitors, for a short time', () => {
  const cloud = { DD_API_KEY: 'api', DD_APP_KEY: 'app' }
  const { settings } = rehearsedSettings(cloud, {}, true)
  expect(settings).toMatchObject({ secrets: { DATADOG_APP_KEY: 'app' }, vars: { DATADOG_BAKE_TIME: '5s' } })
  expect(rehearsedSettings(cloud, {}, false).settings.secrets).not.toHaveProperty('DATADOG_APP_KEY')
})
