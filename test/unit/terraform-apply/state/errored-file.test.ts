import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { erroredState, writePrintedState } from '../../../../actions/terraform-apply/src/state/errored-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('finds the file in the root module first, then in our folder', () => {
  const folders = { directory: join(folder, 'module'), scratch: join(folder, 'scratch') }
  for (const each of Object.values(folders)) mkdirSync(each)
  expect(erroredState(folders)).toBeUndefined()
  writeFileSync(join(folders.scratch, 'errored.tfstate'), '')
  expect(erroredState(folders)).toBe(join(folders.scratch, 'errored.tfstate'))
  writeFileSync(join(folders.directory, 'errored.tfstate'), '')
  expect(erroredState(folders)).toBe(join(folders.directory, 'errored.tfstate'))
})

test('keeps a printed state with all the digits of its numbers', () => {
  writePrintedState({ printedState: undefined }, { scratch: folder })
  expect(erroredState({ directory: folder, scratch: folder })).toBeUndefined()
  writePrintedState({ printedState: '{"@message":"x","state":{"serial":12345678901234567890}}' }, { scratch: folder })
  expect(readFileSync(join(folder, 'errored.tfstate'), 'utf8')).toBe('{"serial":12345678901234567890}')
})
