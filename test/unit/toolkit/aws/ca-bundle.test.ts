import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCaBundle } from '../../../../toolkit/aws/ca-bundle.ts'

test('reads the file that AWS_CA_BUNDLE names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-ca-bundle-'))
  try {
    writeFileSync(join(folder, 'ca.pem'), 'certificates')
    expect(readCaBundle({ AWS_CA_BUNDLE: join(folder, 'ca.pem') })).toBe('certificates')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([{}, { AWS_CA_BUNDLE: '' }])('reads nothing where it is not set: %p', (env) => {
  expect(readCaBundle(env)).toBeUndefined()
})

test('names a file that cannot be read', () => {
  expect(() => readCaBundle({ AWS_CA_BUNDLE: '/nowhere/ca.pem' })).toThrow(
    'AWS_CA_BUNDLE names `/nowhere/ca.pem`, which cannot be read.',
  )
})
