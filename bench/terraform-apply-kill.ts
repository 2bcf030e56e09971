// SIGKILL of the step at moments spread evenly over an apply:
//
//   npm run build -- terraform-apply && node bench/terraform-apply-kill.ts [--kills 100] [--parallel 1] [--seed 42] [--provider] [--cancel]
//
// Runs until `--kills` kills have hit a running Terraform. Fails at the first after which state and cloud differ, a lock is left,
// or the next run does not succeed. With `--provider` the AWS provider creates the objects, and a kill takes about 15 s; otherwise
// curl does, in 5 s. With `--cancel` the step is cancelled before it is killed.
import './help.ts'
import { parseArgs } from 'node:util'
import { seededRandom } from '../rehearsal/cloud/kernel/random.ts'
import { bundle } from '../test/support/run-action.ts'
import { cloudOf, type Kill, killSeries } from '../test/support/terraform-apply/kill-during-apply.ts'
import { byProvider, byProvisioner } from '../test/support/terraform-apply/kill-infrastructure.ts'
import { StateStore } from '../test/support/terraform-apply/terraform-stack.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    parallel: { type: 'string', default: '1' },
    seed: { type: 'string', default: '42' },
    provider: { type: 'boolean', default: false },
    cancel: { type: 'boolean', default: false },
  },
})
const random = seededRandom(Number(values.seed))
const infrastructure = values.provider ? byProvider : byProvisioner
const store = await StateStore.start(cloudOf(infrastructure))
const setup = { store, entry: bundle('terraform-apply'), infrastructure, cancel: values.cancel }
try {
  const kills = await killSeries(setup, {
    hits: Number(values.kills),
    parallel: Number(values.parallel),
    random,
    onKill: ({ hit, progress, objectsAtKill, objectsAfter }, hits) =>
      console.log(
        `${String(hits).padStart(3)} ${hit ? `at ${progress.toFixed(2)}, ${objectsAtKill} objects made, ${objectsAfter} in the end` : 'missed'}`,
      ),
  })
  const hits = kills.filter(({ hit }) => hit)
  const tenths = (of: (kill: Kill) => number, bins: number) =>
    Array.from({ length: bins }, (_, bin) => hits.filter((kill) => of(kill) === bin).length).join(' ')
  console.log(`\n${kills.length} kills, of which ${hits.length} hit a running Terraform; nothing was lost.`)
  console.log(`By tenth of the apply: ${tenths(({ progress }) => Math.min(9, Math.floor(progress * 10)), 10)}`)
  console.log(`By objects made before: ${tenths(({ objectsAtKill }) => objectsAtKill, 10)}`)
} finally {
  await store.close()
}
