import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  expect(readCaBundle({ HOME: folder, ...env })).toBeUndefined()
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

describe('ca_bundle of the AWS configuration', () => {
  const config = join(folder, 'config')
  const own = join(folder, 'own.pem')
  const other = join(folder, 'other.pem')
  beforeAll(() => {
    writeFileSync(own, first)
    writeFileSync(other, second)
    writeFileSync(
      config,
      `[default]\nca_bundle = ${own}\n\n[profile deploy]\ns3 =\n  ca_bundle = /nowhere\nca_bundle=${other} # of the proxy\n[profile plain]\nregion = eu-west-1\n`,
    )
  })

  test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
    ['the default profile', {}, first],
    ['the default profile, with the empty AWS_PROFILE of assume-role', { AWS_PROFILE: '' }, first],
    ['the profile of AWS_PROFILE', { AWS_PROFILE: 'deploy' }, second],
    ['AWS_CA_BUNDLE before it', { AWS_PROFILE: 'deploy', AWS_CA_BUNDLE: own }, first],
    ['a profile without it', { AWS_PROFILE: 'plain' }, undefined],
    ['a profile that is not there', { AWS_PROFILE: 'gone' }, undefined],
  ])('%s', (_, env, bundle) => {
    expect(readCaBundle({ AWS_CONFIG_FILE: config, ...env })).toBe(bundle)
  })

  test('is looked for in the home folder', () => {
    mkdirSync(join(folder, '.aws'))
    writeFileSync(join(folder, '.aws/config'), `[default]\nca_bundle = ~/own.pem\n`)
    expect(readCaBundle({ HOME: folder })).toBe(first)
    expect(readCaBundle({ HOME: join(folder, 'nowhere') })).toBeUndefined()
  })

  test('is named where its file cannot be read', () => {
    writeFileSync(join(folder, 'broken'), '[default]\nca_bundle = /nowhere/ca.pem\n')
    const file = join(folder, 'broken')
    expect(() => readCaBundle({ AWS_CONFIG_FILE: file })).toThrow(
      `\`ca_bundle\` of the profile \`default\` in \`${file}\` names \`/nowhere/ca.pem\`, which cannot be read.`,
    )
  })
})

test('names a file with a certificate that is broken', () => {
  expect(() => read(`${first}\n${BROKEN}`)).toThrow(
    `AWS_CA_BUNDLE names \`${file}\`, whose certificate 2 of 2 cannot be read.`,
  )
})
