// Runs all checks and all tests, also after failures, and counts them. The last line is for machines.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Counted, readJestReport, slowest } from './lib/jest-report.ts'
import { endLeftovers, endWithUs, npmRun, npmRunQuietly } from './lib/npm-run.ts'

const usage = 'node script/run-tests.ts [--fast] [--for PID]'
const root = join(import.meta.dirname, '..')
const results = join(root, '.rehearsal/results')
const slowestCount = 10

interface Result extends Counted {
  readonly name: string
  /** Of checks only, as all kinds of tests share a run. */
  readonly seconds?: number
}

/** Runs a check while others run, and prints its output when it ends. */
async function check(name: string): Promise<Result> {
  const start = performance.now()
  const { succeeded, output } = await npmRunQuietly([name])
  const seconds = (performance.now() - start) / 1000
  console.log(`\n── ${name} ${succeeded ? 'passed' : 'failed'}\n${output.trimEnd()}`.trimEnd())
  return { name, passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, files: [], seconds }
}

// One run of all tests, so that no core idles while the last unit test or the last rehearsal ends. Tests that start containers,
// Terraform and clouds wait more than they compute: five files at a time on any machine. A sixth could need
// more memory than a runner of GitHub has, as the longest all run Terraform's AWS provider.
async function jest(projects: readonly string[], options: readonly string[]): Promise<readonly Result[]> {
  console.log('\n── tests')
  const report = join(results, 'tests.json')
  rmSync(report, { force: true })
  const args = ['--selectProjects', ...projects, '--json', `--outputFile=${report}`, ...options]
  return readJestReport(report, root, await npmRun(['test', '--', ...args]))
}

/** The names of all checks, as package.json has them. */
function checks(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
  return Object.keys(scripts).filter((name) => name.startsWith('check:'))
}

function options() {
  try {
    return parseArgs({ options: { fast: { type: 'boolean', default: false }, for: { type: 'string' } } }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUse: ${usage}`)
    return process.exit(2)
  }
}

const { fast, for: parent } = options()
endWithUs(parent)
mkdirSync(results, { recursive: true })
const started = performance.now()
const secondsSince = (start: number) => ((performance.now() - start) / 1000).toFixed(1)
const checked = await Promise.all(checks().map(check))
const checkSeconds = secondsSince(started)
// If the bundles match the sources, integration tests run them: a bundle starts in a third of the processor time.
if (checked.some(({ name, failed }) => name === 'check:dist' && failed === 0)) process.env['SLIPWAY_STEPS'] = 'bundles'
const testsStarted = performance.now()
const tested = fast
  ? await jest(['unit'], ['--maxWorkers=100%'])
  : await jest(['unit', 'integration', 'e2e'], ['--maxWorkers=5'])
const testSeconds = secondsSince(testsStarted)
const counts = [...checked, ...tested]

console.log(`\n── The ${slowestCount} slowest files`)
const files = counts.flatMap(({ files }) => files)
for (const { path, seconds } of slowest(files, slowestCount))
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${path}`)

console.log('\n── Summary')
for (const { name, passed, failed, seconds } of counts) {
  const time = seconds === undefined ? '' : `, ${seconds.toFixed(1)} s`
  console.log(`${failed === 0 ? '✓' : '✗'} ${name.padEnd(20)} ${passed} passed, ${failed} failed${time}`)
}
console.log(`Checks side by side took ${checkSeconds} s, tests ${testSeconds} s.`)
const left = await endLeftovers()
if (left.length > 0) console.log(`\nTests left processes behind, which were ended:\n${left.join('\n')}`)
const total = (of: 'passed' | 'failed') => counts.reduce((sum, count) => sum + count[of], 0)
console.log(`\n${total('passed')} passed, ${total('failed')} failed`)
process.exitCode = total('failed') === 0 ? 0 : 1
