// SIGKILL and cancels of the step with a real Terraform, at moments spread over an apply and over the whole step.
// bench/terraform-apply-kill.ts runs a long series.
import { seededRandom } from '../../../rehearsal/cloud/kernel/random.ts'
import { bundle, source } from '../../support/run-action.ts'
import { seedOfTheDay } from '../../support/seed.ts'
import {
  cloudOf,
  type Kill,
  killOnce,
  killSeries,
  type Soak,
  undisturbed,
} from '../../support/terraform-apply/kill-during-apply.ts'
import { byProvider, byProvisioner, type Infrastructure } from '../../support/terraform-apply/kill-infrastructure.ts'
import { StateStore } from '../../support/terraform-apply/terraform-stack.ts'

const random = seededRandom(seedOfTheDay)
/** How many kills have to hit an apply. Each takes seconds, so a hundred are for the schedule of ci.yml. */
const kills = Number(process.env['SLIPWAY_KILLS'] ?? 10)
beforeAll(() =>
  console.log(`${kills} kills at moments of seed ${seedOfTheDay}: SLIPWAY_KILLS=${kills} SLIPWAY_SEED=${seedOfTheDay}`),
)

async function soak<T>(infrastructure: Infrastructure, task: (soak: Soak) => Promise<T>): Promise<T> {
  const store = await StateStore.start(cloudOf(infrastructure))
  try {
    return await task({ store, entry: source('terraform-apply'), infrastructure })
  } finally {
    await store.close()
  }
}

/** Which quarters of an apply were hit. */
const quarters = (kills: readonly Kill[]) =>
  new Set(kills.filter(({ hit }) => hit).map(({ at }) => Math.min(3, Math.floor(at * 4))))

test('keeps state and cloud equal after a kill during an apply, and the next run succeeds', async () => {
  const done = await soak(byProvisioner, (soak) => killSeries(soak, { hits: kills, lanes: 4, parts: 4, random }))
  expect(done.filter(({ hit }) => hit).length).toBeGreaterThanOrEqual(kills)
  expect(quarters(done).size).toBe(4)
})

test('keeps state and cloud equal after a kill while the AWS provider works', async () => {
  const done = await soak(byProvider, (soak) => killSeries(soak, { hits: 1, lanes: 1, random }))
  expect(done.some(({ hit }) => hit)).toBe(true)
})

// With the committed bundle, which starts itself again as the interrupter.
test('keeps state and cloud equal after a cancel and a kill, and completes what the AWS provider was creating', async () => {
  const hits = Math.ceil(kills / 25)
  const done = await soak(byProvider, (soak) =>
    killSeries({ ...soak, entry: bundle('terraform-apply'), cancel: true }, { hits, lanes: Math.min(2, hits), random }),
  )
  expect(done.filter(({ hit }) => hit).length).toBeGreaterThanOrEqual(hits)
})

test('keeps state and cloud equal after a kill at any other moment', async () => {
  await soak(byProvisioner, async (soak) => {
    const { step, apply } = await undisturbed(soak)
    for (let round = 0; round < 3; round++) {
      await killOnce(soak, `early-${round}`, { after: 'start', moment: ((round + random()) / 3) * (step - apply) })
    }
  })
})
