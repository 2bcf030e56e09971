import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secretTexts } from '../../../../actions/build-image/src/inputs/build-secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const inFile = (content: string) => {
  const file = join(folder, 'secret')
  writeFileSync(file, content)
  return secretTexts({ kind: 'file', id: 'a', file })
}

test('masks the lines of a secret in a file, except short ones', () => {
  expect(inFile('{\n  "token": "s3cr3t-value",\r\n  "on": true\n}\n')).toEqual([
    '"token": "s3cr3t-value",',
    '"on": true',
  ])
})

test('masks nothing of a large file, such as a key store', () => {
  expect(inFile('x'.repeat(100_000))).toEqual([])
})

test('masks a value as a whole', () => {
  expect(secretTexts({ kind: 'value', id: 'a', value: 'two\nlines' })).toEqual(['two\nlines'])
})
