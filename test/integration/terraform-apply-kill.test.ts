// kill -9 of the step, with a real Terraform: at moments spread over an apply, and over the whole step. For a long series
// there is bench/terraform-apply-kill.ts.
import { seededRandom } from '../../rehearsal/cloud/kernel/random.ts'
import { applyAlone, cloudOf, type Kill, killOnce, type Soak } from '../support/kill-soak.ts'
import { provided, provisioned, type World } from '../support/kill-worlds.ts'
import { source } from '../support/run-action.ts'
import { StateStore } from '../support/terraform-stack.ts'

const random = seededRandom(42)

async function soak<T>(world: World, task: (soak: Soak) => Promise<T>): Promise<T> {
  const store = await StateStore.start(cloudOf(world))
  try {
    return await task({ store, entry: source('terraform-apply'), world })
  } finally {
    await store.close()
  }
}

test.each([
  ['objects that the AWS provider makes', provided, 1],
  ['objects that a program makes', provisioned, 5],
])(
  'after each kill in the middle of an apply of %s, state and cloud agree, and the next run succeeds',
  async (_, world, kills) => {
    const killed = await soak(world, async (soak) => {
      const { apply } = await applyAlone(soak)
      const all: Kill[] = []
      // One in each part of the apply, anywhere in it.
      for (let round = 0; round < kills; round++) {
        all.push(await killOnce(soak, `kill-${round}`, { moment: ((round + random()) / kills) * apply * 0.8 }))
      }
      return all
    })
    expect(killed.filter(({ hit }) => hit).length).toBeGreaterThan(kills / 2)
  },
  180_000,
)

test('after a kill at any other moment, too', async () => {
  await soak(provisioned, async (soak) => {
    const { step, apply } = await applyAlone(soak)
    for (let round = 0; round < 3; round++) {
      await killOnce(soak, `early-${round}`, { after: 'start', moment: ((round + random()) / 3) * (step - apply) })
    }
  })
}, 120_000)
