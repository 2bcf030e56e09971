import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { restoreStateFile, withStateAside } from '../../../../actions/terraform-apply/src/state/state-file-aside.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('hides the file during a task, and gives it its name back, also when the task fails', async () => {
  const file = join(folder, 'terraform.tfstate')
  writeFileSync(file, 'state')
  expect(await withStateAside(folder, file, async () => existsSync(file))).toBe(false)
  expect(existsSync(file)).toBe(true)
  const failing = withStateAside(folder, file, () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(existsSync(file)).toBe(true)
})

test('gives the file its name back in post when main was killed', async () => {
  const file = join(folder, 'terraform.tfstate')
  writeFileSync(file, 'state')
  await withStateAside(folder, file, async () => {})
  const { aside } = JSON.parse(readFileSync(join(folder, 'state-aside.json'), 'utf8')) as { aside: string }
  renameSync(file, aside)
  restoreStateFile(folder)
  expect(existsSync(file)).toBe(true)
})

test('overwrites no file that is there again, and does nothing without a saved name', async () => {
  restoreStateFile('')
  restoreStateFile(folder)
  const [file, aside] = [join(folder, 'terraform.tfstate'), join(folder, 'aside')]
  writeFileSync(join(folder, 'state-aside.json'), JSON.stringify({ file, aside }))
  writeFileSync(file, 'new')
  writeFileSync(aside, 'old')
  restoreStateFile(folder)
  expect(existsSync(aside)).toBe(true)
})
