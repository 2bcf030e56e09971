// Runs all checks and all tests, also after failures, and counts them. The last line is for machines.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Counted, readJestReport, slowest } from './lib/jest-report.ts'
import { endLeftovers, endWithUs, npmRun } from './lib/npm-run.ts'

const usage = 'node script/run-tests.ts [--fast] [--for PID]'
const root = join(import.meta.dirname, '..')
const results = join(root, '.rehearsal/results')
const slowestCount = 10

interface Suite {
  readonly name: string
  readonly projects: readonly string[]
  readonly options: readonly string[]
}

const unit: Suite = { name: 'unit', projects: ['unit'], options: ['--maxWorkers=100%'] }
// Tests that start containers, Terraform and clouds wait more than they compute: four files at a time on any machine.
// Integration and e2e go together, so that the longest of them, the rehearsal itself, does not keep all others waiting.
const others: Suite = {
  name: 'integration and e2e',
  projects: ['integration', 'e2e'],
  options: ['--maxWorkers=4'],
}

interface Result extends Counted {
  readonly name: string
  readonly seconds: number
}

async function timed(name: string, count: () => Promise<Counted>): Promise<Result> {
  console.log(`\n── ${name}`)
  const start = performance.now()
  return { name, ...(await count()), seconds: (performance.now() - start) / 1000 }
}

const check = (name: string) =>
  timed(name, async () =>
    (await npmRun([name])) ? { passed: 1, failed: 0, files: [] } : { passed: 0, failed: 1, files: [] },
  )

const jest = ({ name, projects, options }: Suite) =>
  timed(name, async () => {
    const report = join(results, `${projects.join('-')}.json`)
    rmSync(report, { force: true })
    const args = ['--selectProjects', ...projects, '--json', `--outputFile=${report}`, ...options]
    return readJestReport(report, root, await npmRun(['test', '--', ...args]))
  })

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
const counts: Result[] = []
for (const name of checks()) counts.push(await check(name))
// If the bundles match the sources, integration tests run them: a bundle starts in a third of the processor time.
if (counts.some(({ name, failed }) => name === 'check:dist' && failed === 0)) process.env['SLIPWAY_STEPS'] = 'bundles'
for (const suite of fast ? [unit] : [unit, others]) counts.push(await jest(suite))

console.log(`\n── The ${slowestCount} slowest files`)
const files = counts.flatMap(({ files }) => files)
for (const { path, seconds } of slowest(files, slowestCount))
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${path}`)

console.log('\n── Summary')
for (const { name, passed, failed, seconds } of counts) {
  console.log(
    `${failed === 0 ? '✓' : '✗'} ${name.padEnd(20)} ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`,
  )
}
const left = await endLeftovers()
if (left.length > 0) console.log(`\nTests left processes behind, which were ended:\n${left.join('\n')}`)
const total = (of: 'passed' | 'failed') => counts.reduce((sum, count) => sum + count[of], 0)
console.log(`\n${total('passed')} passed, ${total('failed')} failed`)
process.exitCode = total('failed') === 0 ? 0 : 1
