// kill -9 of the step, and cancels, with a real Terraform: at moments spread over an apply, and over the whole step. For a long series
// there is bench/terraform-apply-kill.ts.
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
import { provided, provisioned, type World } from '../../support/terraform-apply/kill-infrastructure.ts'
import { StateStore } from '../../support/terraform-apply/terraform-stack.ts'

const random = seededRandom(seedOfTheDay)
/** How many kills have to hit an apply. Each takes seconds, so a hundred are for the schedule of ci.yml. */
const kills = Number(process.env['SLIPWAY_KILLS'] ?? 10)
beforeAll(() =>
  console.log(`${kills} kills at moments of seed ${seedOfTheDay}: SLIPWAY_KILLS=${kills} SLIPWAY_SEED=${seedOfTheDay}`),
)

async function soak<T>(world: World, task: (soak: Soak) => Promise<T>): Promise<T> {
  const store = await StateStore.start(cloudOf(world))
  try {
    return await task({ store, entry: source('terraform-apply'), world })
  } finally {
    await store.close()
  }
}

/** Which quarters of an apply were hit. */
const quarters = (kills: readonly Kill[]) =>
  new Set(kills.filter(({ hit }) => hit).map(({ at }) => Math.min(3, Math.floor(at * 4))))

test('after each kill in the middle of an apply, state and cloud agree, and the next run succeeds', async () => {
  const done = await soak(provisioned, (soak) => killSeries(soak, { hits: kills, lanes: 4, parts: 4, random }))
  expect(done.filter(({ hit }) => hit).length).toBeGreaterThanOrEqual(kills)
  expect(quarters(done).size).toBe(4)
})

test('so they do when it is the AWS provider that is at work', async () => {
  const done = await soak(provided, (soak) => killSeries(soak, { hits: 1, lanes: 1, random }))
  expect(done.some(({ hit }) => hit)).toBe(true)
})

// With the committed bundle, as it is the bundle that starts itself once more, to interrupt Terraform.
test('so they do when the run is cancelled and the step killed, and what the AWS provider was making is made', async () => {
  const hits = Math.ceil(kills / 25)
  const done = await soak(provided, (soak) =>
    killSeries({ ...soak, entry: bundle('terraform-apply'), cancel: true }, { hits, lanes: Math.min(2, hits), random }),
  )
  expect(done.filter(({ hit }) => hit).length).toBeGreaterThanOrEqual(hits)
})

test('after a kill at any other moment, too', async () => {
  await soak(provisioned, async (soak) => {
    const { step, apply } = await undisturbed(soak)
    for (let round = 0; round < 3; round++) {
      await killOnce(soak, `early-${round}`, { after: 'start', moment: ((round + random()) / 3) * (step - apply) })
    }
  })
})
