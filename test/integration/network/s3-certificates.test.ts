// Which certificate the client of a state in S3 accepts. The host of the bucket is a stand-in with a certificate of its own, which
// this process does not trust.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Objects } from '../../../actions/terraform-apply/src/state/s3-objects.ts'
import { type Internet, startInternet } from '../../support/internet.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-s3-certificates-'))
const AWS_CONFIG_FILE = join(folder, 'config')
let internet: Internet
beforeAll(async () => {
  internet = await startInternet({
    'states.s3.us-east-1.amazonaws.com': (_, response) => response.end('{"version": 4}'),
  })
  writeFileSync(
    AWS_CONFIG_FILE,
    `[default]\n[profile corp]\nca_bundle = ${internet.env.NODE_EXTRA_CA_CERTS}\n[profile states]\nca_bundle = ${internet.env.NODE_EXTRA_CA_CERTS}\n`,
  )
})
afterAll(async () => {
  await internet.close()
  rmSync(folder, { recursive: true })
})

const KEYS = { access_key: 'AKIABLOCK', secret_key: 'secret' }

async function read(config: object, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const backend = { type: 's3', config: { bucket: 'states', region: 'us-east-1', ...KEYS, ...config } }
  const objects = new S3Objects(backend, { HTTPS_PROXY: internet.env.HTTPS_PROXY, AWS_CONFIG_FILE, ...env })
  return objects.get('web.tfstate').then(
    ({ text }) => text,
    (error: Error) => error.message,
  )
}

test('refuses a certificate that nothing trusts', async () => {
  expect(await read({})).toMatch(/self-signed certificate/)
  expect(await read({ insecure: false })).toMatch(/self-signed certificate/)
})

test('accepts any with `insecure` of the backend, as Terraform does', async () => {
  expect(await read({ insecure: true })).toBe('{"version": 4}')
})

test('accepts those of `custom_ca_bundle`, of AWS_CA_BUNDLE and of `ca_bundle` in the profile', async () => {
  const file = internet.env.NODE_EXTRA_CA_CERTS
  expect(await read({ custom_ca_bundle: file })).toBe('{"version": 4}')
  expect(await read({}, { AWS_CA_BUNDLE: file })).toBe('{"version": 4}')
  expect(await read({}, { AWS_PROFILE: 'corp' })).toBe('{"version": 4}')
  expect(await read({ profile: 'states' }, { AWS_PROFILE: 'default' })).toBe('{"version": 4}')
})
