import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  makeTemporaryFolder,
  removeLeftoverFolder,
} from '../../../../actions/build-image/src/runner/temporary-folder.ts'
import type { Step } from '../../../../toolkit/step.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

let parent: string
let states: Map<string, string>
const step = {
  saveState: (name: string, value: string) => states.set(name, value),
  state: (name: string) => states.get(name) ?? '',
} as unknown as Step

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'slipway-parent-'))
  states = new Map()
})
afterEach(() => rmSync(parent, { recursive: true }))

test('is in RUNNER_TEMP, and only this user can read it', async () => {
  const temporary = await makeTemporaryFolder({ env: { RUNNER_TEMP: parent }, step })
  expect(readdirSync(parent)).toEqual([expect.stringMatching(/^slipway-build-/)])
  expect(statSync(temporary.root).mode & 0o777).toBe(0o700)
  expect(await temporary.folder('layers')).toBe(join(temporary.root, 'layers'))
  await expect(temporary.folder('layers')).rejects.toThrow('EEXIST')
})

test('is removed after all clean-ups, also when one of them fails', async () => {
  const temporary = await makeTemporaryFolder({ env: { RUNNER_TEMP: parent }, step })
  writeFileSync(join(await temporary.folder('a'), 'file'), 'x')
  const there: boolean[] = []
  temporary.onDiscard(async () => {
    throw new Error('no')
  })
  temporary.onDiscard(async () => there.push(existsSync(temporary.root)))
  await temporary.discard()
  expect([there, readdirSync(parent)]).toEqual([[true], []])
})

test('is removed by the post step when the main step was killed', async () => {
  await makeTemporaryFolder({ env: { RUNNER_TEMP: parent }, step })
  await removeLeftoverFolder(recordingWorld({ RUNNER_TEMP: parent }, { step }).world)
  expect(readdirSync(parent)).toEqual([])
  states.clear()
  await removeLeftoverFolder(recordingWorld({ RUNNER_TEMP: parent }, { step }).world)
})

test('the post step removes no folder that this action did not make', async () => {
  const precious = mkdtempSync(join(tmpdir(), 'precious-'))
  const elsewhere = mkdtempSync(join(precious, 'slipway-build-'))
  states.set('temporary-folder', precious)
  await removeLeftoverFolder(recordingWorld({ RUNNER_TEMP: parent }, { step }).world)
  states.set('temporary-folder', elsewhere)
  await removeLeftoverFolder(recordingWorld({ RUNNER_TEMP: parent }, { step }).world)
  expect(existsSync(elsewhere)).toBe(true)
  rmSync(precious, { recursive: true })
})

test('the post step warns of a folder that others may read, and leaves it', async () => {
  const { root } = await makeTemporaryFolder({ env: { RUNNER_TEMP: parent }, step })
  chmodSync(root, 0o777)
  const { world, warnings } = recordingWorld({ RUNNER_TEMP: parent }, { step })
  await removeLeftoverFolder(world)
  expect(existsSync(root)).toBe(true)
  expect(warnings).toEqual([
    expect.stringContaining(`does not remove the logins and layers of the step: its folder \`${root}\` has`),
  ])
})
