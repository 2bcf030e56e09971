// A whole deploy, on one clock: deploy-ecs deploys to a simulated ECS, Datadog's monitors change state because of it, the gate
// fails, deploy-ecs rolls back, and datadog-event sends the events. The journal says what Datadog received.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { main } from '../../../actions/datadog-event/src/main.ts'
import { createDatadog } from '../../../rehearsal/cloud/datadog/index.ts'
import { parseScenario } from '../../../rehearsal/cloud/datadog/scenario.ts'
import type { Entry } from '../../../rehearsal/cloud/kernel/journal.ts'
import { Server } from '../../../rehearsal/cloud/kernel/server.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

const IMAGE = `example.com/web@sha256:${'a'.repeat(64)}`
const folder = mkdtempSync(join(tmpdir(), 'slipway-deploy-'))
let cloud: EcsCloud
let server: Server
let datadog: ReturnType<typeof createDatadog>
beforeEach(async () => {
  cloud = await startEcsCloud()
  await makeService(cloud)
  datadog = createDatadog({ clock: cloud.clock, journal: cloud.journal })
  server = new Server([datadog.route])
  await server.listen('127.0.0.1', 0)
})
afterEach(async () => {
  await server.close()
  await cloud.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

async function step(inputs: Record<string, string>) {
  const env = {
    RUNNER_TEMP: folder,
    ...actionInputs('datadog-event', {
      'api-key': datadog.keys.api,
      'app-key': datadog.keys.app,
      'api-url': `http://127.0.0.1:${server.port}`,
      service: 'web',
      env: 'production',
      ...inputs,
    }),
  }
  const recorded = recordingWorld(env, { clock: cloud.actionClock })
  const failure = await main(recorded.world).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  )
  return { ...recorded, failure }
}

const running = async () => {
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  return services?.[0]?.taskDefinition?.replace(/^.*\//, '')
}

const tagsOf = (entry: Entry | undefined) =>
  (entry?.['event'] as { readonly tags: readonly string[] } | undefined)?.tags ?? []

const monitors = (...changes: readonly object[]) =>
  parseScenario({
    monitors: [{ name: 'Errors', tags: ['service:web', 'env:production'], groups: ['az:a', 'az:b'], changes }],
  })

test('a deploy that monitors fail is rolled back and recorded as a remedied change failure', async () => {
  datadog.play(
    monitors(
      { on: 'deploy', service: 'web', nth: 1, after: '6m', group: 'az:b', state: 'Alert' },
      { on: 'deploy', service: 'web', nth: 2, after: '20s', state: 'OK' },
    ),
  )
  const before = await step({ command: 'baseline' })
  const shipped = await deploy(cloud, { image: 'example.com/web:next' })
  expect(shipped.outputs['verdict']).toBe('succeeded')
  expect(await running()).toBe('web:2')

  const watch = { command: 'gate', baseline: String(before.outputs['baseline']), 'bake-time': '10m' }
  const gate = await step(watch)
  expect(gate.outputs['verdict']).toBe('fail')
  expect(gate.failure).toContain('“Errors” (az:b) is newly in Alert')
  const turned = cloud.journal.entries('monitor').at(-1)
  expect(turned).toMatchObject({ state: 'Alert', groups: ['az:b'] })

  const record = JSON.stringify(shipped.outputs['deploy-record'])
  const all = { send: 'event, change-event, dora-deployment', service: '' }
  const bad = await step({ ...all, 'deploy-record': record, status: 'failure' })
  expect(bad.warnings).toEqual([])

  const back = await deploy(cloud, { command: 'rollback' })
  expect(back.outputs['verdict']).toBe('succeeded')
  expect(await running()).toBe('web:1')
  expect((await step(watch)).outputs['verdict']).toBe('pass')
  const undone = await step({
    ...all,
    'deploy-record': JSON.stringify(back.outputs['deploy-record']),
    'rolls-back': String(bad.outputs['deploy-id']),
  })
  expect(undone.warnings).toEqual([])

  const told = cloud.journal.entries('datadog').filter(({ method }) => method !== 'GET')
  expect(
    told.map(({ method, path, outcome }) => `${method} ${String(path).split('/').slice(0, 5).join('/')} ${outcome}`),
  ).toEqual([
    'POST /api/v1/events ok',
    'POST /api/v2/events ok',
    'POST /api/v2/dora/deployment ok',
    'PATCH /api/v2/dora/deployments ok',
    'POST /api/v1/events ok',
    'POST /api/v2/events ok',
    'POST /api/v2/dora/deployment ok',
    'PATCH /api/v2/dora/deployments ok',
  ])
  expect(told[0]).toMatchObject({ event: { title: 'Deploy of web next to production failed', alert_type: 'error' } })
  expect(told[4]).toMatchObject({ event: { title: 'Rollback of web to ok in production succeeded' } })
  // The run's commit is the one that was rolled back.
  expect(tagsOf(told[4])).toEqual(expect.arrayContaining(['version:ok', 'deploy_kind:rollback']))
  expect(tagsOf(told[4]).filter((tag) => tag.startsWith('git.commit.sha'))).toEqual([])
  expect(told[6]).toMatchObject({ deployment: { version: 'ok' } })
  expect(told[6]?.['deployment']).not.toHaveProperty('git')
  const [failed] = bad.outputs['dora-deployment-ids'] as string[]
  const [undoing] = undone.outputs['dora-deployment-ids'] as string[]
  expect(told[3]).toMatchObject({ failure: { id: failed, change_failure: true } })
  expect(told[7]).toMatchObject({
    failure: { id: failed, remediation: { id: undoing, type: 'rollback' } },
  })
})

test('passes a deploy that makes no monitor worse, also with alerts from before', async () => {
  datadog.play(monitors({ on: 'start', group: 'az:a', state: 'Alert' }))
  await cloud.clock.advance(1000)
  const before = await step({ command: 'baseline' })
  await deploy(cloud, { image: 'example.com/web:next' })
  const gate = await step({ command: 'gate', baseline: String(before.outputs['baseline']) })
  expect(gate.outputs['verdict']).toBe('pass')
  expect(gate.summaries.join()).toContain('| Errors | Alert 1, OK 1 | Alert 1, OK 1 |')
})

test('a deploy that the circuit breaker rolled back is recorded as a failure', async () => {
  datadog.play(monitors())
  const shipped = await deploy(cloud, { image: 'example.com/web:crash' })
  const record = JSON.stringify(shipped.outputs['deploy-record'])
  expect(JSON.parse(record).verdict).not.toBe('succeeded')
  const told = await step({ 'deploy-record': record, service: '', env: '', send: 'event, dora-deployment' })
  expect(told.warnings).toEqual([])
  const [event, , failure] = cloud.journal.entries('datadog')
  expect(event).toMatchObject({ event: { alert_type: 'error', aggregation_key: told.outputs['deploy-id'] } })
  expect(failure).toMatchObject({ failure: { change_failure: true } })
})

test('after the circuit breaker’s rollback the version is what runs, and the one that failed has a tag of its own', async () => {
  datadog.play(monitors())
  const shipped = await deploy(cloud, { image: 'example.com/web:crash' })
  await step({ 'deploy-record': JSON.stringify(shipped.outputs['deploy-record']), service: '', env: '' })
  const tags = tagsOf(cloud.journal.entries('datadog')[0])
  expect(tags).toEqual(expect.arrayContaining(['version:ok', 'deploy_version:crash', 'deploy_status:rolled-back']))
})

test('a deploy that changed nothing is no change and no deployment', async () => {
  datadog.play(monitors())
  await deploy(cloud, { image: IMAGE })
  const again = await deploy(cloud, { image: IMAGE })
  const told = await step({
    ...{ service: '', env: '', send: 'event, change-event, dora-deployment' },
    'deploy-record': JSON.stringify(again.outputs['deploy-record']),
  })
  const entries = cloud.journal.entries('datadog')
  expect(entries).toHaveLength(1)
  expect(entries[0]).toMatchObject({ event: { title: 'Deploy of web changed nothing', alert_type: 'info' } })
  expect(told.lines.join()).toContain('No change event and no DORA deployment for web: nothing was rolled out.')
})

test('a build that failed is no deployment and no change failure', async () => {
  datadog.play(monitors())
  await step({ 'deploy-record': '', status: 'failure', send: 'event, change-event, dora-deployment' })
  const entries = cloud.journal.entries('datadog')
  expect(entries.map(({ path }) => path)).toEqual(['/api/v1/events'])
})

test('a rollback marks the version that ran before as a change failure', async () => {
  datadog.play(monitors())
  const dora = { service: '', send: 'dora-deployment' }
  const shipped = await deploy(cloud, { image: 'example.com/web:next' })
  const bad = await step({ ...dora, 'deploy-record': JSON.stringify(shipped.outputs['deploy-record']) })
  const back = await deploy(cloud, { command: 'rollback' })
  const undone = await step({
    ...dora,
    'deploy-record': JSON.stringify(back.outputs['deploy-record']),
    'rolls-back': 'previous',
  })
  expect([...bad.warnings, ...undone.warnings]).toEqual([])
  const [failed] = bad.outputs['dora-deployment-ids'] as string[]
  const [undoing] = undone.outputs['dora-deployment-ids'] as string[]
  expect(cloud.journal.entries('datadog').at(-1)).toMatchObject({
    failure: { id: failed, change_failure: true, remediation: { id: undoing, type: 'rollback' } },
  })
})

test('a flag that is switched is a change event, and an incident a DORA failure', async () => {
  datadog.play(monitors())
  const flag = { 'changed-resource': 'new-checkout', 'changed-resource-type': 'feature_flag', 'new-value': 'true' }
  const sent = await step({ title: 'New checkout for all', send: 'event, change-event', ...flag })
  const incident = await step({ title: 'Checkout is down', send: 'dora-incident', severity: 'SEV-2' })
  expect([...sent.warnings, ...incident.warnings, sent.failure, incident.failure]).toEqual([undefined, undefined])
  expect(incident.outputs['dora-incident-id']).toEqual(expect.any(String))
  const tags = expect.arrayContaining(['service:web', 'env:production'])
  expect(cloud.journal.entries('datadog')).toMatchObject([
    { event: { title: 'New checkout for all', tags } },
    { changeEvent: { attributes: { changed_resource: { name: 'new-checkout' }, new_value: { value: true } } } },
    { incident: { name: 'Checkout is down', services: ['web'], severity: 'SEV-2' } },
  ])
})

test('a version is marked as failed without a deploy', async () => {
  datadog.play(monitors())
  const shipped = await deploy(cloud, { image: 'example.com/web:next' })
  await step({
    service: '',
    send: 'dora-deployment',
    'deploy-record': JSON.stringify(shipped.outputs['deploy-record']),
  })
  const marked = await step({ send: 'dora-failure', 'rolls-back': 'version:next' })
  expect([marked.warnings, marked.failure]).toEqual([[], undefined])
  expect(cloud.journal.entries('datadog').at(-1)).toMatchObject({ failure: { change_failure: true } })
})
