// The gate over 1,000 monitors with 100 groups each, in as little memory as Node is given.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bigDatadog } from '../support/datadog-event/big-datadog.ts'
import { API_KEY, APP_KEY } from '../support/datadog-event/datadog.ts'
import { bundle, runStep } from '../support/run-action.ts'
import { scriptedServer } from '../support/scripted-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-big-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function runGate(heapMb: number, stateOf: (monitor: number, group: number, look: number) => string) {
  const server = await scriptedServer(bigDatadog(1000, 100, stateOf))
  const step = (inputs: Record<string, string>) =>
    runStep(bundle('datadog-event'), {
      inputs: {
        'api-key': API_KEY,
        'app-key': APP_KEY,
        'api-url': server.url,
        'monitor-tags': 'service:web',
        ...inputs,
      },
      env: { RUNNER_TEMP: folder, NODE_OPTIONS: `--max-old-space-size=${heapMb}` },
    })
  const before = await step({ command: 'baseline' })
  const gate = await step({
    command: 'gate',
    baseline: before.outputs['baseline'] ?? '',
    'bake-time': '2s',
    prolong: '0s',
    interval: '1s',
  })
  await server.close()
  return { before, gate, pages: server.seen.map(({ query }) => query.get('page')) }
}

const PAGES = [...Array(11).keys()].map(String)

test('reads every page, up to the last group of the last monitor', async () => {
  // Look 0 is the baseline's.
  const { before, gate, pages } = await runGate(32, (monitor, group, look) =>
    monitor === 999 && group === 99 && look > 0 ? 'Alert' : 'OK',
  )
  expect(before.log).toContain('Recorded the state of 1000 monitors')
  expect(gate).toMatchObject({ code: 1, outputs: { verdict: 'fail' } })
  expect(gate.log).toContain('1000 monitors, 100000 groups')
  expect(JSON.parse(gate.outputs['triggered-monitors'] ?? '')).toMatchObject([{ id: 999, groupCount: 1 }])
  // The baseline, and two looks that agree.
  expect(pages).toEqual([...PAGES, ...PAGES, ...PAGES])
  expect(gate.summary).toContain('1000 monitors, before and after')
})

test('a hundred thousand groups in Alert fail the gate within the memory limit', async () => {
  const { gate } = await runGate(128, (_, __, look) => (look > 0 ? 'Alert' : 'OK'))
  expect(gate).toMatchObject({ code: 1, outputs: { verdict: 'fail' } })
  expect(gate.outputs['reason']).toContain('and 99997 more')
  const listed = JSON.parse(gate.outputs['triggered-monitors'] ?? '')
  expect(listed).toHaveLength(100)
  expect(listed[0]).toMatchObject({ groupCount: 100 })
  expect(Buffer.byteLength(gate.summary)).toBeLessThan(1024 * 1024)
})
