// Runs deploys with random faults, drawn from seeds, and compares each verdict with the journal:
//   node bench/deploy-ecs-faults.ts [--runs 1000] [--from 1] [--seed N]
// Exits with 1 when a verdict contradicts the journal. A seed always gives the same run.
import './help.ts'
import { parseArgs } from 'node:util'
import { type FaultRun, faultRun } from '../test/support/deploy-ecs/fault-run.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
})
const from = Number(values.seed ?? values.from)
const runs = values.seed === undefined ? Number(values.runs) : 1

const begun = performance.now()
const verdicts = new Map<string, number>()
const broken: FaultRun[] = []
for (let seed = from; seed < from + runs; seed++) {
  const run = await faultRun(seed)
  for (const verdict of run.verdicts) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  if (run.problems.length > 0) {
    broken.push(run)
    console.log(`seed ${seed}: ${run.plan}\n  ${run.problems.join('\n  ')}`)
  }
}
const seconds = Math.round((performance.now() - begun) / 1000)
console.log(`${runs} runs in ${seconds} s: ${[...verdicts].map(([name, count]) => `${count} ${name}`).join(', ')}.`)
console.log(broken.length === 0 ? 'Every verdict was what the journal says.' : `${broken.length} verdicts were not.`)
process.exitCode = broken.length === 0 ? 0 : 1
