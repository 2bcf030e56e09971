import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownFolder } from '../../../../toolkit/runner/own-folder.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

let top: string
let env: { readonly RUNNER_TEMP: string }
let warnings: string[]
beforeEach(() => {
  top = mkdtempSync(join(realpathSync(tmpdir()), 'slipway-own-'))
  env = { RUNNER_TEMP: join(top, 'temp') }
  mkdirSync(env.RUNNER_TEMP)
  warnings = []
})
const { getuid } = process
afterEach(() => {
  Object.assign(process, { getuid })
  rmSync(top, { recursive: true })
})

const make = (parent: string, prefix = 'slipway-x-') => mkdtempSync(join(parent, prefix))

function find(path: string, temp = env.RUNNER_TEMP): string {
  const recorded = recordingWorld({ RUNNER_TEMP: temp })
  warnings = recorded.warnings
  return ownFolder(path, recorded.world, { prefix: 'slipway-x-', undone: 'does not remove it' })
}

test('is a folder that mkdtemp made in RUNNER_TEMP, also by a link to it', () => {
  const own = make(env.RUNNER_TEMP)
  expect(find(own)).toBe(own)
  symlinkSync(env.RUNNER_TEMP, join(top, 'link'))
  expect(find(own, join(top, 'link'))).toBe(own)
  expect(warnings).toEqual([])
})

test.each<[string, () => string]>([
  ['no path', () => ''],
  ['RUNNER_TEMP itself', () => env.RUNNER_TEMP],
  ['a folder beside it', () => make(top)],
  ['a folder further down', () => make(make(env.RUNNER_TEMP))],
  ['a path that leads out of it', () => `${env.RUNNER_TEMP}/../${make(top).slice(top.length + 1)}`],
  ['a folder of another prefix', () => make(env.RUNNER_TEMP, 'other-')],
  ['a longer name', () => make(env.RUNNER_TEMP, 'slipway-x-more')],
  ['a folder that is gone', () => join(env.RUNNER_TEMP, 'slipway-x-abcdef')],
  [
    'a link',
    () => {
      symlinkSync(make(top), join(env.RUNNER_TEMP, 'slipway-x-abcdef'))
      return join(env.RUNNER_TEMP, 'slipway-x-abcdef')
    },
  ],
])('is not %s', (_, path) => {
  expect(find(path())).toBe('')
  expect(warnings).toEqual([])
})

test('is not a folder that others may read: a warning names it, its mode, and what is not done', () => {
  const open = make(env.RUNNER_TEMP)
  chmodSync(open, 0o755)
  expect(find(open)).toBe('')
  expect(warnings).toEqual([
    expect.stringContaining(
      `The post step does not remove it: its folder \`${open}\` has mode 0755 instead of 0700, so`,
    ),
  ])
})

test('is not a folder of another user: a warning names both users', () => {
  const own = make(env.RUNNER_TEMP)
  const { uid } = statSync(own)
  process.getuid = () => uid + 1
  expect(find(own)).toBe('')
  expect(warnings).toEqual([expect.stringContaining(`\`${own}\` belongs to user ${uid} instead of ${uid + 1}, so`)])
})
