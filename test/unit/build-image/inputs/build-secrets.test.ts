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

test('of a secret in a file its lines are hidden, and not what stands in every log', () => {
  expect(inFile('{\n  "token": "s3cr3t-value",\r\n  "on": true\n}\n')).toEqual([
    '"token": "s3cr3t-value",',
    '"on": true',
  ])
})

test('a key store is not text, and is too long to be printed', () => {
  expect(inFile('x'.repeat(100_000))).toEqual([])
})

test('a value is hidden whole', () => {
  expect(secretTexts({ kind: 'value', id: 'a', value: 'two\nlines' })).toEqual(['two\nlines'])
})
