import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secretTexts } from '../../../../actions/build-image/src/inputs/build-secrets.ts'
import { ECR_IMAGE, readStep, refusal } from '../../../support/build-image/build-inputs.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'key.pem'), 'x')

const read = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  readStep({ images: ECR_IMAGE, ...inputs }, { GITHUB_WORKSPACE: folder, ...env }).build.secrets

test('reads secrets from values, also of several lines, from variables and from files', () => {
  const secrets = read(
    {
      secrets: 'A=one=1\n"B=first\nsays ""hi"""\n',
      'secret-envs': 'C=MINE',
      'secret-files': 'D=key.pem',
    },
    { MINE: 'three' },
  )
  expect(secrets).toEqual([
    { kind: 'value', id: 'A', value: 'one=1' },
    { kind: 'value', id: 'B', value: 'first\nsays "hi"' },
    { kind: 'value', id: 'C', value: 'three' },
    { kind: 'file', id: 'D', file: join(folder, 'key.pem') },
  ])
})

test.each<[Record<string, string>, string, string]>([
  [{ 'secret-envs': 'A=NOT_SET' }, 'secret-envs', 'the variable of entry 1 is not set.'],
  [{ 'secret-files': 'A=nowhere.pem' }, 'secret-files', 'the file of entry 1 cannot be read.'],
  [{ 'secret-files': 'A=.' }, 'secret-files', 'the file of entry 1 cannot be read.'],
  [{ secrets: 'A=1\nA=2' }, 'secrets', 'has `A` twice.'],
  [{ secrets: 'a b=1' }, 'secrets', 'has an id with characters other than'],
])('refuses %j and names %s', (inputs, input, message) => {
  expect(() => read(inputs)).toThrow(refusal(input, message))
})

test.each([
  's3cr3t-without-a-name',
  'A=fine\ns3cr3t-without-a-name',
  '=s3cr3t-without-a-name',
  's3cr3t-without-a-name=',
])('gives the number of a malformed secret line, and not its text: %j', (secrets) => {
  for (const name of ['secrets', 'secret-envs', 'secret-files']) {
    let error: unknown
    try {
      read({ [name]: secrets })
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({ input: expect.stringMatching(/^secret/) })
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cr3t')
  }
})

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
