import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { readCaBundle } from '../../../../toolkit/aws/ca-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-ca-bundle-'))
const file = join(folder, 'ca.pem')
afterAll(() => rmSync(folder, { recursive: true }))

const [first = '', second = ''] = rootCertificates
/** The form of a certificate without the content of one. */
const BROKEN = '-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----\n'

/** Reads a bundle with this content. */
function read(content: string) {
  writeFileSync(file, content)
  return readCaBundle({ AWS_CA_BUNDLE: file })
}

test('reads the file that AWS_CA_BUNDLE names, with comments between the certificates', () => {
  const bundle = `# Proxy\n${first}\n# Root\n${second}\n`
  expect(read(bundle)).toBe(bundle)
})

test.each([{}, { AWS_CA_BUNDLE: '' }])('reads nothing where it is not set: %p', (env) => {
  expect(readCaBundle(env)).toBeUndefined()
})

test('names a file that cannot be read', () => {
  expect(() => readCaBundle({ AWS_CA_BUNDLE: '/nowhere/ca.pem' })).toThrow(
    'AWS_CA_BUNDLE names `/nowhere/ca.pem`, which cannot be read.',
  )
})

test.each([
  ['nothing', ''],
  ['something else', '<html>Not found</html>'],
  ['a certificate without its end', first.slice(0, -20)],
])('names a file with %s', (_, content) => {
  expect(() => read(content)).toThrow(`AWS_CA_BUNDLE names \`${file}\`, which has no certificate in PEM form.`)
})

test('names a file with a certificate that is broken', () => {
  expect(() => read(`${first}\n${BROKEN}`)).toThrow(
    `AWS_CA_BUNDLE names \`${file}\`, whose certificate 2 of 2 cannot be read.`,
  )
})
