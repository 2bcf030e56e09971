import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownFolder } from '../../../../toolkit/runner/own-folder.ts'

let top: string
let env: { readonly RUNNER_TEMP: string }
beforeEach(() => {
  top = mkdtempSync(join(realpathSync(tmpdir()), 'slipway-own-'))
  env = { RUNNER_TEMP: join(top, 'temp') }
  mkdirSync(env.RUNNER_TEMP)
})
afterEach(() => rmSync(top, { recursive: true }))

const make = (parent: string, prefix = 'slipway-x-') => mkdtempSync(join(parent, prefix))

test('is a folder that mkdtemp made in RUNNER_TEMP, also by a link to it', () => {
  const own = make(env.RUNNER_TEMP)
  expect(ownFolder(own, env, 'slipway-x-')).toBe(own)
  symlinkSync(env.RUNNER_TEMP, join(top, 'link'))
  expect(ownFolder(own, { RUNNER_TEMP: join(top, 'link') }, 'slipway-x-')).toBe(own)
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
  [
    'a folder that others may read',
    () => {
      const open = make(env.RUNNER_TEMP)
      chmodSync(open, 0o755)
      return open
    },
  ],
])('is not %s', (_, path) => {
  expect(ownFolder(path(), env, 'slipway-x-')).toBe('')
})
