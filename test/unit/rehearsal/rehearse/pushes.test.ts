import { merge, release } from '../../../../rehearsal/rehearse/pushes.ts'
import { environments, rehearsedSettings } from '../../../../rehearsal/rehearse/settings.ts'

const commit = { sha: 'c'.repeat(40), before: 'b'.repeat(40), message: 'Second version' }

it('sends a merge to stage', () => {
  expect(merge(commit)).toMatchObject({
    workflow: '.github/workflows/deploy-stage.yml',
    ref: 'refs/heads/main',
    commit,
    env: {},
  })
})

it('sends a version tag to prod, with what stage has, and nothing to build with', () => {
  expect(release('v1.2.3', commit, '127.0.0.1:5000/web')).toMatchObject({
    workflow: '.github/workflows/deploy-prod.yml',
    ref: 'refs/tags/v1.2.3',
    commit: { sha: commit.sha, before: '0'.repeat(40) },
    vars: { IMAGE_REPOSITORY: '127.0.0.1:5000/web' },
    env: { DOCKER_HOST: expect.stringMatching(/^unix:/) },
  })
})

it('keeps stage and prod apart in all that they are set up with', () => {
  const { environments: settings } = rehearsedSettings({ AWS_REGION: 'eu-west-1' }, {})
  const { AWS_REGION: stageRegion, ...stage } = settings.stage.vars
  const { AWS_REGION: prodRegion, ...prod } = settings.prod.vars
  expect(stageRegion).toBe(prodRegion)
  for (const [name, value] of Object.entries(stage)) {
    expect(value).not.toBe(prod[name])
    expect(prod[name]).not.toContain(environments.stage.account)
  }
  expect(Object.keys(prod)).toEqual(Object.keys(stage))
})
