import {
  requireSupportedSettings,
  unsupportedSettings,
} from '../../../../actions/terraform-apply/src/state/unsupported-settings.ts'

const ROLE = { role_arn: 'arn:aws:iam::123456789012:role/state' }
const KEYS = { AWS_ACCESS_KEY_ID: 'a' }

test.each([
  ['a customer’s key', { encrypt: true, sse_customer_key: 'key' }, {}, ['sse_customer_key']],
  ['a customer’s key in the environment', { encrypt: true }, { AWS_SSE_CUSTOMER_KEY: 'key' }, ['sse_customer_key']],
  ['a web identity', { assume_role_with_web_identity: ROLE }, {}, ['assume_role_with_web_identity']],
  ['a web identity in a list', { assume_role_with_web_identity: [ROLE] }, {}, ['assume_role_with_web_identity']],
  ['files with credentials', { shared_credentials_files: ['x'] }, {}, ['shared_credentials_files']],
  ['the older name of those', { shared_credentials_file: 'x' }, {}, ['shared_credentials_file']],
  ['files with a profile', { shared_config_files: ['x'], profile: 'p' }, KEYS, ['shared_config_files']],
])('names the setting of %s', (_, config, env, names) => {
  expect(unsupportedSettings(config, env)).toEqual(names)
})

test.each([
  ['nothing', {}, {}],
  ['a customer’s key where nothing is encrypted', { encrypt: false, sse_customer_key: 'key' }, {}],
  ['no web identity', { assume_role_with_web_identity: null }, {}],
  ['files beside keys of the environment', { shared_credentials_files: ['x'] }, KEYS],
  ['files beside keys of the block', { shared_config_files: ['x'], access_key: 'a', secret_key: 's' }, {}],
  ['settings that `init` stores as null or empty', { shared_config_files: null, shared_credentials_files: [] }, {}],
])('accepts %s', (_, config, env) => {
  expect(unsupportedSettings(config, env)).toEqual([])
})

test('refuses a command with the settings that it does not support, and says what to do', () => {
  const config = { encrypt: true, sse_customer_key: 'secret', assume_role_with_web_identity: ROLE }
  const refused = (settings: object) => () =>
    requireSupportedSettings('unlock', { type: 's3', config: { ...settings } }, KEYS, 'Run `force-unlock`.')
  expect(refused({})).not.toThrow()
  expect(refused({ assume_role_with_web_identity: ROLE })).toThrow(
    '`command: unlock` does not support the setting `assume_role_with_web_identity` of the S3 backend.',
  )
  expect(refused(config)).toThrow(
    expect.objectContaining({
      message:
        '`command: unlock` does not support the settings `sse_customer_key` and `assume_role_with_web_identity` of the S3 backend.',
      hint: 'Nothing was changed. Run `force-unlock`.',
    }),
  )
})
