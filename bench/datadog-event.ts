// Measures datadog-event: size and start-up time of its bundle beside the other actions, and memory and time of a gate
// over 1,000 monitors with 100 groups each. Run it with `node bench/datadog-event.ts`.
import './help.ts'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actionInputs } from '../test/support/action-inputs.ts'
import { bigDatadog } from '../test/support/datadog-event/big-datadog.ts'
import { scriptedServer } from '../test/support/scripted-server.ts'

const root = join(import.meta.dirname, '..')
const bundleOf = (action: string) => join(root, 'actions', action, 'dist/index.js')
const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Median time of a script that ends at once, as it is empty or has no inputs. */
function startUpMs(script: string, runs = 15): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now()
    spawnSync(process.execPath, [script], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' })
    return performance.now() - start
  })
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN
}

function bundles(): void {
  const empty = join(folder, 'empty.mjs')
  writeFileSync(empty, '')
  const actions = readdirSync(join(root, 'actions')).filter((name) => existsSync(bundleOf(name)))
  console.table([
    { action: '(an empty script)', bytes: 0, 'start-up ms': Math.round(startUpMs(empty)) },
    ...actions.map((action) => ({
      action,
      bytes: statSync(bundleOf(action)).size,
      'start-up ms': Math.round(startUpMs(bundleOf(action))),
    })),
  ])
}

interface GateCase {
  readonly name: string
  readonly monitors: number
  readonly groups: number
  readonly looks: number
  readonly state: (monitor: number, group: number) => string
}

async function gate({ name, monitors, groups, looks, state }: GateCase) {
  const server = await scriptedServer(bigDatadog(monitors, groups, state))
  const env = {
    PATH: process.env['PATH'],
    RUNNER_TEMP: folder,
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    ...actionInputs('datadog-event', {
      command: 'gate',
      'api-key': 'bench',
      'app-key': 'bench',
      'api-url': server.url,
      'monitor-tags': 'service:web',
      baseline: baselineFile(),
      'bake-time': `${looks - 1}s`,
      prolong: '0s',
      interval: '1s',
      consecutive: String(looks),
    }),
  }
  for (const name of ['output', 'summary']) writeFileSync(join(folder, name), '')
  const start = performance.now()
  const child = spawn(process.execPath, [bundleOf('datadog-event')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let log = ''
  child.stdout.on('data', (chunk) => {
    log += chunk
  })
  let peakKb = 0
  const watch = setInterval(() => {
    peakKb = Math.max(peakKb, peakOf(child.pid))
  }, 10)
  await new Promise((resolve) => child.on('close', resolve))
  clearInterval(watch)
  const seconds = (performance.now() - start) / 1000
  await server.close()
  const verdict = /^Verdict: (\w+)/m.exec(log)?.[1] ?? log.slice(-300)
  return {
    name,
    looks,
    requests: server.seen.length,
    verdict,
    'peak MB': Math.round(peakKb / 1024),
    seconds: seconds.toFixed(2),
  }
}

/** An old baseline without monitors. The gate then uses Datadog's times to find new alerts. */
function baselineFile(): string {
  const path = join(folder, 'baseline.json')
  writeFileSync(path, JSON.stringify({ schema: 1, takenAt: Date.UTC(2026, 0, 1), queries: [['service:web']] }))
  return path
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

bundles()
const ok = () => 'OK'
const rows = []
for (const one of [
  { name: 'one monitor, one group', monitors: 1, groups: 1, looks: 1, state: ok },
  { name: '1,000 × 100, all OK', monitors: 1000, groups: 100, looks: 1, state: ok },
  { name: '1,000 × 100, all OK', monitors: 1000, groups: 100, looks: 8, state: ok },
  {
    name: '1,000 × 100, one group in Alert',
    monitors: 1000,
    groups: 100,
    looks: 1,
    state: (m: number, g: number) => (m === 999 && g === 99 ? 'Alert' : 'OK'),
  },
  { name: '1,000 × 100, all in Alert', monitors: 1000, groups: 100, looks: 8, state: () => 'Alert' },
]) {
  rows.push(await gate(one))
}
console.table(rows)
