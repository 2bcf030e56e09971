// Baseline, deploy, gate, event: the committed bundle against the rehearsal's Datadog, and compared with its journal.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cloud, startCloud } from '../../rehearsal/cloud/cloud.ts'
import { RECORD, RUN_ENV } from '../support/datadog-event/datadog.ts'
import { bundle, runStep } from '../support/run-action.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-gate-e2e-'))
let cloud: Cloud
beforeAll(async () => {
  cloud = await startCloud()
})
afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true })
})

const WEB = { service: 'web', env: 'production' }
const QUICK = { ...WEB, command: 'gate', 'bake-time': '3s', prolong: '3s', interval: '1s' }

async function play(scenario: object): Promise<void> {
  const answer = await fetch(`${cloud.url}/_slipway/datadog/scenario`, {
    method: 'PUT',
    body: JSON.stringify(scenario),
  })
  expect(answer.status).toBe(200)
}

/** One step of a job: its keys and its Datadog come from the environment that the cloud gives. */
async function step(inputs: Record<string, string>) {
  const result = await runStep(bundle('datadog-event'), {
    inputs,
    env: { ...(RUN_ENV as Record<string, string>), ...cloud.env, RUNNER_TEMP: folder },
  })
  const shown = result.log.replace(/^::add-mask::.*$/gm, '')
  for (const key of [cloud.env['DD_API_KEY'], cloud.env['DD_APP_KEY']])
    expect(shown + result.summary).not.toContain(key)
  return { ...result, shown }
}

const monitor = (changes: readonly object[], more: object = {}) => ({
  monitors: [
    { name: 'Errors of web', tags: ['service:web', 'env:production'], groups: ['host:a', 'host:b'], changes, ...more },
  ],
})

/** The baseline, the event that starts the deploy (and the scenario), and the gate after it. */
async function deploy(scenario: object, inputs: Record<string, string> = {}) {
  await play(scenario)
  const before = await step({ ...WEB, command: 'baseline' })
  expect(before).toMatchObject({ code: 0 })
  const start = await step({ ...WEB, status: 'started', 'deploy-id': RECORD.deployId })
  expect(start).toMatchObject({ code: 0, outputs: { 'deploy-id': RECORD.deployId } })
  return await step({ ...QUICK, ...inputs, baseline: before.outputs['baseline'] ?? '' })
}

test('passes a deploy that triggers no monitor', async () => {
  const gate = await deploy(monitor([]))
  expect(gate).toMatchObject({ code: 0, outputs: { verdict: 'pass', 'triggered-monitors': '[]' } })
  expect(gate.summary).toContain('| Errors of web | OK 2 | OK 2 |')
})

test('fails the gate on an alert that the deploy causes', async () => {
  const gate = await deploy(monitor([{ on: 'event', after: '1s', group: 'host:b', state: 'Alert' }]))
  expect(gate).toMatchObject({ code: 1, outputs: { verdict: 'fail' } })
  expect(JSON.parse(gate.outputs['triggered-monitors'] ?? '')).toMatchObject([
    { name: 'Errors of web', groups: [{ group: 'host:b', state: 'Alert', before: 'OK' }] },
  ])
  expect(gate.shown).toContain('“Errors of web” (host:b) is newly in Alert')
  expect(cloud.journal.entries('monitor').at(-1)).toMatchObject({ state: 'Alert', groups: ['host:b'] })
})

test('a warning holds the gate until it is over', async () => {
  const gate = await deploy(
    monitor([
      { on: 'event', state: 'Warn' },
      { on: 'event', after: '4s', state: 'OK' },
    ]),
  )
  expect(gate).toMatchObject({ code: 0, outputs: { verdict: 'pass' } })
  expect(gate.shown).toContain('is newly in Warn')
})

test('an alert from before the deploy does not fail it', async () => {
  const gate = await deploy(monitor([], { groups: { 'host:a': 'Alert', 'host:b': 'OK' } }))
  expect(gate).toMatchObject({ code: 0, outputs: { verdict: 'pass' } })
})

test('keeps the verdict when Datadog answers with errors for a while', async () => {
  const gate = await deploy({
    ...monitor([{ on: 'event', state: 'Alert' }]),
    faults: [
      { path: '/api/v1/monitor', times: 2, status: 503 },
      { path: '/api/v1/monitor', breaks: 'midway' },
      { path: '/api/v1/monitor', status: 429, reset: 1 },
    ],
  })
  expect(gate).toMatchObject({ code: 1, outputs: { verdict: 'fail' } })
})

test('fails on an alert of one service while another has no monitor', async () => {
  await play(monitor([{ on: 'event', after: '1s', group: 'host:b', state: 'Alert' }]))
  const both = { service: 'web, api', 'on-no-monitors': 'warn' }
  const before = await step({ ...WEB, ...both, command: 'baseline' })
  expect(before).toMatchObject({ code: 0 })
  expect(before.shown).toContain('No monitor has the tags `service:api`')
  await step({ ...WEB, status: 'started', 'deploy-id': RECORD.deployId })
  const gate = await step({ ...QUICK, ...both, baseline: before.outputs['baseline'] ?? '' })
  expect(gate).toMatchObject({ code: 1, outputs: { verdict: 'fail' } })
  expect(gate.shown).toContain('“Errors of web” (host:b) is newly in Alert')
})

test('reports a monitor of another priority, and leaves out a draft', async () => {
  const change = { on: 'event', after: '1s', state: 'Alert' }
  const more = (name: string, of: object) => monitor([change], { name, ...of }).monitors
  const gate = await deploy(
    { monitors: [...monitor([]).monitors, ...more('Queue of web', { priority: 4 }), ...more('Idea', { draft: true })] },
    { 'monitor-priorities': 'P1, P2', 'on-no-monitors': 'warn' },
  )
  // No monitor has one of these priorities, so nothing was judged.
  expect(gate).toMatchObject({ code: 0, outputs: { verdict: 'unknown', 'triggered-monitors': '[]' } })
  expect(gate.shown).toContain('“Queue of web” (host:a), P4, is newly in Alert')
  expect(gate.shown).toContain('1 draft is not judged: “Idea”')
})

test.each(['pass', 'fail'])('waits for the result of a deployment gate of Datadog: %s', async (status) => {
  const rule = {
    type: 'monitor',
    name: 'Errors',
    query: 'service:web',
    result: { status, after: '1s', reason: 'Alert' },
  }
  await play({ gates: [{ ...WEB, rules: [rule] }] })
  const gate = await step({ ...WEB, command: 'deployment-gate', version: '1.4.2', interval: '1s' })
  expect(gate).toMatchObject({ code: status === 'pass' ? 0 : 1, outputs: { verdict: status } })
  expect(JSON.parse(gate.outputs['evaluations'] ?? '')).toMatchObject([{ service: 'web', status }])
  expect(cloud.journal.entries('gate').at(-1)).toMatchObject({ service: 'web', version: '1.4.2', status })
})

test('fails before the deploy when there is no monitor', async () => {
  await play({ monitors: [] })
  const before = await step({ ...WEB, command: 'baseline' })
  expect(before.code).toBe(1)
  expect(before.shown).toContain('No monitor has the tags `service:web`, `env:production`')
})

test('sends all events of a deploy under one id', async () => {
  const after = cloud.journal.entries('datadog').length
  const finishedAt = new Date().toISOString()
  const verdict = 'rolled-back'
  const services = RECORD.services.map((service) => ({ ...service, verdict }))
  const record = JSON.stringify({ ...RECORD, verdict, services, startedAt: finishedAt, finishedAt })
  const told = await step({ 'deploy-record': record, send: 'event, change-event, dora-deployment' })
  expect(told).toMatchObject({ code: 0, outputs: { 'event-id': expect.stringMatching(/^\d{19}$/) } })
  const entries = cloud.journal.entries('datadog').slice(after)
  expect(entries.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
    'POST /api/v1/events 202',
    'POST /api/v2/events 202',
    'POST /api/v2/dora/deployment 200',
    `PATCH /api/v2/dora/deployments/${encodeURIComponent(JSON.parse(told.outputs['dora-deployment-ids'] ?? '')[0])} 202`,
  ])
  expect(entries[0]).toMatchObject({ event: { aggregation_key: RECORD.deployId, alert_type: 'error' } })
  expect(entries[1]).toMatchObject({ changeEvent: { aggregation_key: RECORD.deployId } })
  expect(entries[3]).toMatchObject({ failure: { change_failure: true } })
  expect(JSON.parse(told.outputs['change-event-ids'] ?? '')).toEqual([expect.any(String)])
})
