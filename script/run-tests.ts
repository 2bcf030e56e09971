// Runs every check and every project of tests, whatever fails on the way, and counts: the last line is for machines.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const results = join(root, '.rehearsal/results')

const checks = [
  'check:types',
  'check:lint',
  'check:unused',
  'check:architecture',
  'check:workflows',
  'check:readme',
  'check:dist',
]
// Tests that start containers, Terraform and clouds wait more than they compute: three files at a time, whatever the cores.
// Integration and e2e go together, so that the longest of them, the rehearsal itself, does not keep all others waiting.
const runs = [
  { name: 'unit', projects: ['unit'], options: [] },
  { name: 'integration and e2e', projects: ['integration', 'e2e'], options: ['--maxWorkers=3'] },
]

interface Count {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly seconds: number
}

function timed(name: string, count: () => Pick<Count, 'passed' | 'failed'>): Count {
  console.log(`\n── ${name}`)
  const start = performance.now()
  return { name, ...count(), seconds: (performance.now() - start) / 1000 }
}

function npm(args: readonly string[]): boolean {
  return spawnSync('npm', ['run', '--silent', ...args], { cwd: root, stdio: 'inherit' }).status === 0
}

function check(name: string): Count {
  return timed(name, () => (npm([name]) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }))
}

interface JestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numRuntimeErrorTestSuites: number
}

/** Counts from jest's own report. A run that ended badly without one, or without a test, has failed. */
function jest({ name, projects, options }: (typeof runs)[number]): Count {
  return timed(name, () => {
    const report = join(results, `${projects.join('-')}.json`)
    rmSync(report, { force: true })
    const succeeded = npm([
      'test',
      '--',
      '--selectProjects',
      ...projects,
      '--json',
      `--outputFile=${report}`,
      ...options,
    ])
    if (!existsSync(report)) return { passed: 0, failed: 1 }
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as JestReport
    const failed = numFailedTests + numRuntimeErrorTestSuites
    return { passed: numPassedTests, failed: failed === 0 && (!succeeded || numPassedTests === 0) ? 1 : failed }
  })
}

mkdirSync(results, { recursive: true })
const counts = [...checks.map(check), ...runs.map(jest)]

console.log('\n── Summary')
for (const { name, passed, failed, seconds } of counts) {
  console.log(
    `${failed === 0 ? '✓' : '✗'} ${name.padEnd(20)} ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`,
  )
}
const total = (of: 'passed' | 'failed') => counts.reduce((sum, count) => sum + count[of], 0)
console.log(`\n${total('passed')} passed, ${total('failed')} failed`)
process.exitCode = total('failed') === 0 ? 0 : 1
