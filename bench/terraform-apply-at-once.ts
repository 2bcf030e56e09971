// Several jobs that apply the same stack at the same time, each from its own checkout, started at random moments:
//
//   npm run build -- terraform-apply && node bench/terraform-apply-at-once.ts [--rounds 30] [--jobs 3] [--within 300] [--seed 42] [--workspace new]
//
// Fails at the first round in which a job fails, a resource is created twice or not at all, or the lock is not released. Prints how
// often a job waited for the lock, and how often one had to plan again. `--within` is in milliseconds.
import './help.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seededRandom } from '../rehearsal/cloud/kernel/random.ts'
import { bundle, type StepResult } from '../test/support/run-action.ts'
import { Stack, StateStore } from '../test/support/terraform-apply/terraform-stack.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    jobs: { type: 'string', default: '3' },
    within: { type: 'string', default: '300' },
    seed: { type: 'string', default: '42' },
    workspace: { type: 'string', default: '' },
  },
})
const random = seededRandom(Number(values.seed))
const store = await StateStore.start()

/** Each of its three resources takes a while, and writes a line when it is created. */
const main = (made: string) => `
  resource "terraform_data" "each" {
    for_each = toset(["a", "b", "c"])
    provisioner "local-exec" {
      command = "sleep 1; echo \${each.key} >> ${made}"
    }
  }`

async function round(name: string): Promise<readonly StepResult[]> {
  const stacks = Array.from(
    { length: Number(values.jobs) },
    () => new Stack(store, bundle('terraform-apply'), name, {}),
  )
  const made = join(stacks[0]?.folder ?? '', 'made')
  writeFileSync(made, '')
  try {
    const ended = await Promise.all(
      stacks.map(async (stack) => {
        stack.write({ 'main.tf': main(made) })
        await delay(random() * Number(values.within))
        return stack.run({ workspace: values.workspace })
      }),
    )
    const red = ended.find(({ code }) => code !== 0)
    if (red !== undefined) throw new Error(`A job is red:\n${red.log}`)
    const lines = readFileSync(made, 'utf8').split('\n').sort().join('')
    if (lines !== 'abc') throw new Error(`Made ${lines}, not abc.`)
    const left = await store.keys('')
    if (left.some((key) => key.endsWith('.tflock'))) throw new Error('The lock is left.')
    return ended
  } finally {
    for (const stack of stacks) stack.remove()
  }
}

try {
  const ended: StepResult[] = []
  for (let n = 0; n < Number(values.rounds); n++) ended.push(...(await round(`round-${n}`)))
  const said = (text: string) => ended.filter(({ log }) => log.includes(text)).length
  console.log(
    `${values.rounds} rounds of ${values.jobs} jobs, seed ${values.seed}: none red, nothing made twice, no lock left.`,
  )
  console.log(`${said('Waiting for the lock')} jobs waited for the lock; ${said('planning again')} planned again.`)
} finally {
  await store.close()
}
