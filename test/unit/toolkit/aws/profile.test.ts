import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configFile, hasProfile, profileName, profileSetting } from '../../../../toolkit/aws/profile.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-profile-'))
const AWS_CONFIG_FILE = join(folder, 'config')
afterAll(() => rmSync(folder, { recursive: true }))

test.each<[Readonly<Record<string, string>>, string]>([
  [{}, 'default'],
  [{ AWS_PROFILE: '', AWS_DEFAULT_PROFILE: '' }, 'default'],
  [{ AWS_DEFAULT_PROFILE: 'runner' }, 'runner'],
  [{ AWS_PROFILE: 'deploy', AWS_DEFAULT_PROFILE: 'runner' }, 'deploy'],
])('%p chooses the profile %s', (env, name) => {
  expect(profileName(env)).toBe(name)
})

test('the file is in the home folder, unless AWS_CONFIG_FILE names another', () => {
  expect(configFile({ HOME: '/home/ann' })).toBe('/home/ann/.aws/config')
  expect(configFile({ HOME: '/home/ann', AWS_CONFIG_FILE })).toBe(AWS_CONFIG_FILE)
})

test.each([
  ['[default]\nca_bundle = /a.pem\n', '/a.pem'],
  ['[default]\r\nca_bundle=/a.pem # of the proxy\r\n', '/a.pem'],
  ['[profile default]\nca_bundle = /a.pem\n', '/a.pem'],
  ['[ default ]\nca_bundle = /a b.pem\n', '/a b.pem'],
  ['[profile other]\nca_bundle = /other.pem\n', undefined],
  ['[profile "default"]\nca_bundle = /a.pem\n', '/a.pem'],
  ['[default]\ns3 =\n  ca_bundle = /of-s3.pem\n', undefined],
  ['[default]\n# ca_bundle = /comment.pem\nca_bundle =\n', undefined],
  ['[default]\n[services ca]\nca_bundle = /service.pem\n', undefined],
])('reads a setting of %p', (content, value) => {
  writeFileSync(AWS_CONFIG_FILE, content)
  expect(profileSetting({ AWS_CONFIG_FILE }, 'ca_bundle')).toBe(value)
})

test.each([
  ['[profile "of the team"]', '/a.pem'],
  ["[profile 'of the team']", '/a.pem'],
  ['[profile of the team]', '/a.pem'],
  ['[of the team]', undefined],
])('%s as the title of a section', (title, value) => {
  writeFileSync(AWS_CONFIG_FILE, `${title}\nca_bundle = /a.pem\n`)
  const env = { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') }
  expect(profileSetting({ ...env, AWS_PROFILE: 'of the team' }, 'ca_bundle')).toBe(value)
  expect(hasProfile(env, 'of the team')).toBe(value !== undefined)
})
