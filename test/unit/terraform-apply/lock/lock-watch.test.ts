import { hostname } from 'node:os'
import type { Lock } from '../../../../actions/terraform-apply/src/lock/lock.ts'
import { isOurs, LockWatch } from '../../../../actions/terraform-apply/src/lock/lock-watch.ts'
import { StateStore } from '../../../../actions/terraform-apply/src/state/state-store.ts'
import type { StreamEvent } from '../../../../actions/terraform-apply/src/terraform/json-events.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { fakeStore } from '../fake-store.ts'
import { fakeWorld } from '../fake-world.ts'

const held = { operation: 'OperationTypeApply', host: 'machine', since: 1000, at: 5000 } as const
const lock = (change: Partial<Lock> = {}): Lock => ({
  ID: 'id',
  Operation: 'OperationTypeApply',
  Who: 'runner@machine',
  Created: new Date(3000).toISOString(),
  ...change,
})

test('recognizes the lock of our Terraform, whose time has nanoseconds', () => {
  expect(isOurs(lock(), held)).toBe(true)
  expect(isOurs(lock({ Created: '1970-01-01T00:00:03.123456789Z' }), held)).toBe(true)
})

test.each([
  ['that another job on this machine acquired after ours was released', { Created: new Date(5001).toISOString() }],
  ['of an earlier job on this machine', { Created: new Date(999).toISOString() }],
  ['of another operation', { Operation: 'OperationTypePlan' }],
  ['of another machine', { Who: 'runner@other-machine' }],
  ['without a time', { Created: '' }],
])('does not take a lock %s for ours', (_, change) => {
  expect(isOurs(lock(change), held)).toBe(false)
})

test('logs once for a plan and its apply that the holder cannot be recorded, with the name of the error only', async () => {
  const logged: string[] = []
  const world = {
    env: { GITHUB_RUN_ID: '1' },
    clock: { now: () => 0, sleep: async () => {} },
    log: { info: (line: string) => logged.push(line), debug: () => {} },
  } as unknown as World
  const refused = Object.assign(new Error('with a secret'), { name: 'AccessDenied' })
  const store = new StateStore('bucket', 'key', () => Promise.reject(refused))
  for (const operation of ['OperationTypePlan', 'OperationTypeApply'] as const) {
    const watch = new LockWatch(world, store, operation)
    watch.see({ type: 'apply_start', '@timestamp': new Date(0).toISOString() } as Parameters<LockWatch['see']>[0])
    await new Promise((resolve) => setImmediate(resolve))
    await watch.settle()
  }
  expect(logged).toEqual([expect.stringContaining('which run holds its lock (AccessDenied).')])
})

describe('while Terraform runs', () => {
  const RUN = { GITHUB_REPOSITORY: 'acme/infra', GITHUB_RUN_ID: '9', GITHUB_ACTOR: 'mona' }
  const at = (ms: number) => new Date(ms).toISOString()
  const HOLDER = 'key.holder.json'

  /** Watches a Terraform that prints events of these types, two seconds after its start. */
  async function watched(types: readonly string[], objects: Readonly<Record<string, string>>, env: object = RUN) {
    const fake = fakeStore(objects)
    const { world, lines } = fakeWorld({ ...env })
    const start = world.clock.now()
    const watch = new LockWatch(world, fake.store, 'OperationTypeApply')
    watch.started(process.pid)
    for (const type of types) watch.see({ type, '@timestamp': at(start + 2_000) } as StreamEvent)
    // The clock of the world takes no time to sleep: what is in the background has ended after a turn.
    await new Promise((resolve) => setImmediate(resolve))
    await watch.settle()
    return { lines, holder: JSON.parse(fake.objects.get(HOLDER) ?? 'null') }
  }
  const ours = (more: Partial<Lock> = {}) => {
    const Created = at(fakeWorld().world.clock.now() + 1_000)
    return { 'key.tflock': JSON.stringify(lock({ Who: `runner@${hostname()}`, Created, ...more })) }
  }

  test.each(['apply_start', 'refresh_start', 'provision_start'])(
    'records this run and its process as the holder at %s, when Terraform has the lock',
    async (type) => {
      expect((await watched([type], ours())).holder).toMatchObject({
        lockId: 'id',
        runId: '9',
        actor: 'mona',
        process: { host: hostname(), pid: process.pid, identity: expect.any(String) },
      })
    },
  )

  test('records over the record of an earlier lock', async () => {
    const { holder } = await watched(['apply_start'], { ...ours(), [HOLDER]: '{"lockId":"earlier"}' })
    expect(holder).toMatchObject({ lockId: 'id' })
  })

  test.each([
    ['before it has the lock', ['version', 'planned_change'], ours(), RUN],
    ['of the lock of another machine', ['apply_start'], ours({ Who: 'runner@other' }), RUN],
    ['of a state that is not locked any more', ['apply_start'], {}, RUN],
    ['outside a workflow run', ['apply_start'], ours(), {}],
  ])('records no holder %s', async (_, types, objects, env) => {
    expect((await watched(types, objects, env)).holder).toBeNull()
  })

  test('logs once which run it waits for', async () => {
    const holder = { lockId: 'id', actor: 'mona', runUrl: 'https://run' }
    const { lines } = await watched(['state_lock_acquire', 'state_lock_acquire'], {
      ...ours({ Created: '' }),
      [HOLDER]: JSON.stringify(holder),
    })
    expect(lines).toEqual([
      `info: Waiting for the lock: mona holds it in https://run (runner@${hostname()}) for OperationTypeApply.`,
    ])
  })

  test('logs nothing about a lock that is gone by then', async () => {
    expect((await watched(['state_lock_acquire'], {})).lines).toEqual([])
  })
})
