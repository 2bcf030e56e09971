import type { Inputs } from '../../../../actions/deploy-ecs/src/inputs/inputs.ts'
import type { Outcome } from '../../../../actions/deploy-ecs/src/report/outcome.ts'
import { readLabels, toRecord } from '../../../../actions/deploy-ecs/src/report/record.ts'
import { fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const arn = (service: string) => `arn:aws:ecs:eu-west-1:123456789012:service/prod/${service}`
const revision = (version: string) => ({
  family: 'web',
  containerDefinitions: [
    { name: 'app', image: `web:${version}`, environment: [{ name: 'DD_VERSION', value: version }] },
  ],
})
const watch = (isNew: boolean, more: object = {}) => ({ rollout: { isNew, wasComplete: true }, latest: {}, ...more })
const outcome = (service: string, more: object = {}) =>
  ({
    plan: {
      name: { cluster: 'prod', service },
      before: { serviceArn: arn(service), taskDefinition: `${service}:1` },
      shipped: [{ container: 'app', image: 'web:2', digest: 'sha256:x' }],
      revision: { registration: revision('2') },
      previous: revision('1'),
    },
    taskDefinition: `${service}:2`,
    verdict: { status: 'succeeded', reason: 'All 2 tasks run.', evidence: ['x'] },
    ...more,
  }) as unknown as Outcome
const env = {
  ...{ GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: 'abc', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '2' },
  ...{ GITHUB_REF_NAME: 'main', GITHUB_ACTOR: 'ann' },
}
const span = { startedAt: Date.UTC(2026, 0, 1), finishedAt: Date.UTC(2026, 0, 1, 0, 1) }
const record = (
  outcomes: readonly Outcome[],
  inputs: Partial<Inputs> = {},
  from: Readonly<Record<string, string>> = env,
  when = span,
) =>
  toRecord(
    outcomes,
    { inputs: { command: 'deploy', waitFor: 'healthy', ...inputs } as Inputs, region: 'eu-west-1', env: from },
    when,
  )

test('has the deploy, its services, its commit and its run', () => {
  expect(record([outcome('web')], { environment: 'production' })).toEqual({
    schema: 1,
    deployId: expect.stringMatching(/^7-2-web-/),
    ...{ kind: 'deploy', verdict: 'succeeded', waitedFor: 'healthy', environment: 'production' },
    ...{ account: '123456789012', region: 'eu-west-1' },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:01:00.000Z' },
    services: [
      {
        ...{ cluster: 'prod', service: 'web', verdict: 'succeeded', reason: 'All 2 tasks run.' },
        ...{ taskDefinition: 'web:2', previousTaskDefinition: 'web:1', images: [{ container: 'app', image: 'web:2' }] },
        ...{ started: false, runs: 'web:1', version: '2', previousVersion: '1' },
      },
    ],
    commit: {
      ...{ sha: 'abc', url: 'https://github.com/acme/shop/commit/abc' },
      ...{ repository: 'acme/shop', repositoryUrl: 'https://github.com/acme/shop' },
    },
    run: { url: 'https://github.com/acme/shop/actions/runs/7/attempts/2', actor: 'ann', ref: 'main' },
  })
})

test('has the service deployment where it is known', () => {
  expect(
    record([outcome('web', { watch: watch(true, { serviceDeploymentArn: 'sd' }) })]).services[0]?.serviceDeployment,
  ).toBe('sd')
})

test('has the worst verdict of its services, and the kind of the command', () => {
  const failed = outcome('api', { verdict: { status: 'failed', reason: '', evidence: [] } })
  expect(record([outcome('web'), failed], { command: 'rollback' })).toMatchObject({
    verdict: 'failed',
    kind: 'rollback',
  })
})

test('has another id for another step of the same job', () => {
  const later = { ...span, startedAt: span.startedAt + 1 }
  expect(record([outcome('web')], {}, env, later).deployId).not.toBe(record([outcome('web')]).deployId)
})

test('has a short id, also with many services and outside of GitHub', () => {
  const many = Array.from({ length: 50 }, (_, index) => outcome(`service-${index}`))
  const { deployId } = record(many, {}, {})
  expect(deployId).toMatch(/^local-1-service-0\.service-1\./)
  expect(deployId.length).toBeLessThan(90)
})

test('says whether a rollout was started, and which revision runs at the end', () => {
  const service = (more: object) => record([outcome('web', more)]).services[0]
  expect(service({ watch: watch(true, { rolledBackTo: 'web:1' }) })).toMatchObject({ started: true, runs: 'web:1' })
  expect(service({ watch: watch(false) })).toMatchObject({ started: false })
  expect(service({ watch: { ...watch(false), rollout: { isNew: false, wasComplete: false } } })).toMatchObject({
    started: true,
  })
})

test('says nothing of the version of a revision that was not read', () => {
  const { plan } = outcome('web')
  const { services } = record([outcome('web', { plan: { ...plan, previous: undefined } })])
  expect(services[0]).not.toHaveProperty('previousVersion')
})

test('asks the images of a revision and of the one before it for what neither says', async () => {
  const of = (tag: string) => ({
    family: 'web',
    containerDefinitions: [{ name: 'app', image: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:${tag}` }],
  })
  const silent = outcome('web')
  const plan = { ...silent.plan, previous: of('1'), revision: { registration: of('2') } } as unknown as Outcome['plan']
  const { aws, requests } = fakeAws({ BatchGetImage: { images: [] } })
  await readLabels({ aws, env: {}, region: 'eu-west-1', log: fakeLog().log }, [{ plan }])
  expect(requests('BatchGetImage').map(({ imageIds }) => imageIds)).toEqual([[{ imageTag: '2' }], [{ imageTag: '1' }]])
})
