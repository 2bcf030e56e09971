// SIGKILL and cancels of the step with a real Terraform, at moments spread over an apply and over the whole step.
// bench/terraform-apply-kill.ts runs a long series.
import { seededRandom } from '../../../rehearsal/cloud/kernel/random.ts'
import { bundle, source } from '../../support/run-action.ts'
import { seedOfTheDay } from '../../support/seed.ts'
import {
  cloudOf,
  type Kill,
  type KillSetup,
  killOnce,
  killSeries,
  measureApply,
} from '../../support/terraform-apply/kill-during-apply.ts'
import { byProvider, byProvisioner, type Infrastructure } from '../../support/terraform-apply/kill-infrastructure.ts'
import { StateStore } from '../../support/terraform-apply/terraform-stack.ts'

const random = seededRandom(seedOfTheDay)
/** How many kills have to hit an apply. Each takes seconds, so a hundred are for the schedule of ci.yml. */
const kills = Number(process.env['SLIPWAY_KILLS'] ?? 10)
beforeAll(() =>
  console.log(`${kills} kills at moments of seed ${seedOfTheDay}: SLIPWAY_KILLS=${kills} SLIPWAY_SEED=${seedOfTheDay}`),
)

async function inCloud<T>(infrastructure: Infrastructure, task: (setup: KillSetup) => Promise<T>): Promise<T> {
  const store = await StateStore.start(cloudOf(infrastructure))
  try {
    return await task({ store, entry: source('terraform-apply'), infrastructure })
  } finally {
    await store.close()
  }
}

/** Which quarters of an apply were hit. */
const quarters = (kills: readonly Kill[]) =>
  new Set(kills.filter(({ hit }) => hit).map(({ progress }) => Math.min(3, Math.floor(progress * 4))))

test('keeps state and cloud equal after a kill during an apply, and the next run succeeds', async () => {
  const done = await inCloud(byProvisioner, (setup) =>
    killSeries(setup, { hits: kills, parallel: 4, parts: 4, random }),
  )
  expect(done.filter(({ hit }) => hit).length).toBeGreaterThanOrEqual(kills)
  expect(quarters(done).size).toBe(4)
})

test('keeps state and cloud equal after a kill while the AWS provider works', async () => {
  const done = await inCloud(byProvider, (setup) => killSeries(setup, { hits: 1, parallel: 1, random }))
  expect(done.some(({ hit }) => hit)).toBe(true)
})

// With the committed bundle, which starts itself again as the interrupter.
test('keeps state and cloud equal after a cancel and a kill, and completes what the AWS provider was creating', async () => {
  const hits = Math.ceil(kills / 25)
  const done = await inCloud(byProvider, (setup) =>
    killSeries(
      { ...setup, entry: bundle('terraform-apply'), cancel: true },
      { hits, parallel: Math.min(2, hits), random },
    ),
  )
  expect(done.filter(({ hit }) => hit).length).toBeGreaterThanOrEqual(hits)
})

test('keeps state and cloud equal after a kill at any other moment', async () => {
  await inCloud(byProvisioner, async (setup) => {
    const { stepMs, applyMs } = await measureApply(setup)
    for (let round = 0; round < 3; round++) {
      await killOnce(setup, `early-${round}`, {
        after: 'start',
        delayMs: ((round + random()) / 3) * (stepMs - applyMs),
      })
    }
  })
})
