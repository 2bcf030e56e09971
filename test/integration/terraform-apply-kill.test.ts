// kill -9 of the step at random moments, with a real Terraform. What it makes are files, so that what really is can be
// compared with what the state says. `SLIPWAY_KILLS=100` for a long series.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Step, source } from '../support/run-action.ts'
import { Stack, StateStore } from '../support/terraform-stack.ts'

const KILLS = Number(process.env['SLIPWAY_KILLS'] ?? 10)

let store: StateStore
beforeAll(async () => {
  store = await StateStore.start()
}, 60_000)
afterAll(() => store.close())

/** Each resource is a file named by its id, made a little after it was begun. */
const MAIN = `
  resource "terraform_data" "thing" {
    count = 4
    input = count.index
    provisioner "local-exec" {
      command = "sleep 0.1; touch ../world/\${self.id}"
    }
    provisioner "local-exec" {
      when    = destroy
      command = "rm ../world/\${self.id}"
    }
  }
  resource "terraform_data" "after" {
    triggers_replace = terraform_data.thing[*].id
    provisioner "local-exec" {
      command = "sleep 0.1; touch ../world/\${self.id}"
    }
    provisioner "local-exec" {
      when    = destroy
      command = "rm ../world/\${self.id}"
    }
  }`

const inWorld = (made: Stack) => readdirSync(`${made.folder}/world`).sort()

async function inState(made: Stack): Promise<readonly string[]> {
  if ((await store.keys(made.key)).length === 0) return []
  const { resources } = await made.state()
  return resources
    .flatMap(({ instances }) => instances.map((instance) => (instance as { attributes: { id: string } }).attributes.id))
    .sort()
}

function stack(name: string): Stack {
  const made = new Stack(store, source('terraform-apply'), name, { 'main.tf': MAIN })
  mkdirSync(`${made.folder}/world`)
  return made
}

async function applying(step: Step): Promise<void> {
  while (!step.log().includes('::group::Terraform apply') && step.child.exitCode === null) await delay(5)
}

/** How long a step and its apply take when nothing happens to them. */
async function aloneTakes(): Promise<{ readonly step: number; readonly apply: number }> {
  const made = stack('alone')
  const began = performance.now()
  const step = made.start({})
  await applying(step)
  const applied = performance.now()
  expect((await step.ended).code).toBe(0)
  made.remove()
  return { step: performance.now() - began, apply: performance.now() - applied }
}

/** Random from 0 to 1, and the same every time. */
function* moments(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    yield state / 2_147_483_648
  }
}

test(
  `after each of ${KILLS} kills the state is what is there, the lock is released, and the next run succeeds`,
  async () => {
    const outcomes: Record<string, number> = {}
    const random = moments(42)
    const took = await aloneTakes()
    for (let round = 0; round < KILLS; round++) {
      const made = stack(`kill-${round}`)
      const step = made.start({})
      // One in five at any moment of the step, the others while it applies.
      const anyTime = round % 5 === 4
      if (!anyTime) await applying(step)
      await delay((random.next().value ?? 0) * (anyTime ? took.step : took.apply))
      step.child.kill('SIGKILL')
      const { state, killedBy } = await step.ended
      const post = await made.run({}, { phase: 'post', state })
      expect(post.code).toBe(0)

      const phase =
        killedBy === null ? 'ended before' : (state['running'] ?? '') === '' ? 'not in Terraform' : 'in Terraform'
      outcomes[phase] = (outcomes[phase] ?? 0) + 1
      if (phase === 'in Terraform') {
        expect(await store.keys(`kill-${round}/`)).not.toContain(`${made.key}.tflock`)
        expect(await inState(made)).toEqual(inWorld(made))
      }

      const next = await made.run({})
      expect({ round, code: next.code, log: next.code === 0 ? '' : next.log }).toEqual({ round, code: 0, log: '' })
      expect(await inState(made)).toEqual(inWorld(made))
      expect(inWorld(made)).toHaveLength(5)
      expect(existsSync(`${made.directory}/errored.tfstate`)).toBe(false)
      made.remove()
    }
    console.log(`${KILLS} kills: ${JSON.stringify(outcomes)}`)
    expect(outcomes['in Terraform'] ?? 0).toBeGreaterThan(0)
  },
  30_000 + KILLS * 20_000,
)
