import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { existingFile, existingFiles } from '../../../../actions/terraform-apply/src/inputs/input-files.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-input-files-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(() => {
  mkdirSync(join(folder, 'folder'))
  for (const name of ['one.tfvars', 'two.tfvars']) writeFileSync(join(folder, name), '')
})

const reader = (value: string) => new InputReader({ 'INPUT_VAR-FILE': value })

test('resolves a file against the folder', () => {
  expect(existingFile(reader('one.tfvars'), 'var-file', folder)).toBe(join(folder, 'one.tfvars'))
  expect(existingFile(reader('../one.tfvars'), 'var-file', join(folder, 'folder'))).toBe(join(folder, 'one.tfvars'))
  expect(existingFile(reader(join(folder, 'one.tfvars')), 'var-file', '/elsewhere')).toBe(join(folder, 'one.tfvars'))
})

test('resolves each line, in order', () => {
  expect(existingFiles(reader('two.tfvars\n\n one.tfvars '), 'var-file', folder)).toEqual([
    join(folder, 'two.tfvars'),
    join(folder, 'one.tfvars'),
  ])
})

test('reads nothing from an input that is not set', () => {
  expect(existingFile(reader(''), 'var-file', folder)).toBeUndefined()
  expect(existingFiles(reader(''), 'var-file', folder)).toEqual([])
})

test.each(['gone.tfvars', 'folder'])('refuses `%s`, which is no file, and says what it is relative to', (name) => {
  const refusal = (hint: string) =>
    expect.objectContaining({ message: `Input \`var-file\` names \`${name}\`, and there is no such file.`, hint })
  expect(() => existingFiles(reader(`one.tfvars\n${name}`), 'var-file', folder)).toThrow(
    refusal('Paths are relative to `working-directory`.'),
  )
  expect(() => existingFile(reader(name), 'var-file', folder, 'the root of the repository')).toThrow(
    refusal('Paths are relative to the root of the repository.'),
  )
})
