import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Handover,
  readHandover,
  readSavedSecrets,
  saveHandover,
  saveSecrets,
} from '../../../../actions/terraform-apply/src/state/handover.ts'
import { makeScratch } from '../../../../actions/terraform-apply/src/state/scratch.ts'
import { fakeWorld } from '../fake-world.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-handover-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What main saves, and the folder that both main and post have. */
function main() {
  const { world, state } = fakeWorld()
  const scratch = makeScratch(world.step, folder)
  const handover: Handover = {
    product: 'Terraform',
    command: '/bin/terraform',
    directory: folder,
    workspace: 'blue',
    scratch,
    cancelTimeoutMs: 1,
    repository: folder,
    backend: { type: 's3', config: { access_key: 'AKIAEXAMPLE' } },
  }
  return { state, scratch, handover }
}

test('hands the stack and the secrets over to post', () => {
  const { scratch, handover } = main()
  saveHandover(handover)
  saveSecrets(scratch, new Set(['hunter2']))
  expect(readHandover(scratch)).toEqual(handover)
  expect(readSavedSecrets(scratch)).toEqual(new Set(['hunter2']))
})

test("writes files that only their owner can read, and no key into the runner's state", () => {
  const { state, scratch, handover } = main()
  saveHandover(handover)
  saveSecrets(scratch, new Set(['hunter2']))
  expect(readdirSync(scratch)).toHaveLength(2)
  for (const name of readdirSync(scratch)) expect(statSync(join(scratch, name)).mode & 0o077).toBe(0)
  expect(JSON.stringify(state)).not.toMatch(/AKIAEXAMPLE|hunter2/)
})

test('reads nothing when main stopped before it had an initialized stack or a plan', () => {
  const { scratch } = main()
  expect(readHandover(scratch)).toBeUndefined()
  expect(readSavedSecrets(scratch)).toEqual(new Set())
})

test('reads nothing from a file that main was killed while writing', () => {
  const { scratch, handover } = main()
  writeFileSync(join(scratch, 'handover.json'), JSON.stringify(handover).slice(0, 40))
  writeFileSync(join(scratch, 'secrets.json'), '["hun')
  expect(readHandover(scratch)).toBeUndefined()
  expect(readSavedSecrets(scratch)).toEqual(new Set())
})
