import { readSite } from '../../../../actions/datadog-event/src/inputs/site-inputs.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { inputsEnv } from '../../../support/datadog-event/datadog.ts'

const read = (inputs: Record<string, string>, env = {}) => readSite(new InputReader(inputsEnv(inputs)), env)

const refusal = (inputs: Record<string, string>, env = {}): InputError => {
  try {
    read(inputs, env)
  } catch (error) {
    if (error instanceof InputError) return error
  }
  throw new Error('was accepted')
}

test('prefers the input to the environment, and both to the default', () => {
  expect(read({}).name).toBe('datadoghq.com')
  expect(read({}, { DD_SITE: 'datadoghq.eu' }).name).toBe('datadoghq.eu')
  expect(read({ site: 'us5.datadoghq.com' }, { DD_SITE: 'datadoghq.eu' }).name).toBe('us5.datadoghq.com')
  expect(read({}, { DD_URL: 'http://127.0.0.1:4566/' }).api).toBe('http://127.0.0.1:4566')
})

test('another site that the user names is taken', () => {
  expect(read({ site: 'ap9.datadoghq.com' }).api).toBe('https://api.ap9.datadoghq.com')
})

test.each([
  ['https://app.datadoghq.eu', 'Did you mean `site: datadoghq.eu`?'],
  ['app.datadoghq.com', 'Did you mean `site: datadoghq.com`?'],
  ['us5', 'Did you mean `site: us5.datadoghq.com`?'],
  ['EU', 'Did you mean `site: datadoghq.eu`?'],
  ['https://us3.datadoghq.com/account/login', 'Did you mean `site: us3.datadoghq.com`?'],
  ['europe', 'Write one of `datadoghq.com`'],
  ['datadoghq.com/evil', 'Did you mean `site: datadoghq.com`?'],
  ['evil.com#.datadoghq.com', 'Write one of'],
  ['user@evil.com', 'Write one of'],
])('site %j is refused: %s', (site, hint) => {
  const error = refusal({ site })
  expect(error.input).toBe('site')
  expect(error.message).toContain(site)
  expect(error.hint).toContain(hint)
})

test('an api-url of a known site also leads to its intake; any other answers for both', () => {
  expect(read({ 'api-url': 'https://api.datadoghq.eu/' })).toEqual({
    name: 'datadoghq.eu',
    api: 'https://api.datadoghq.eu',
    intake: 'https://event-management-intake.datadoghq.eu',
    app: 'https://app.datadoghq.eu',
  })
  expect(read({ 'api-url': 'https://proxy.example.com/dd' })).toEqual({
    name: 'proxy.example.com',
    api: 'https://proxy.example.com/dd',
    intake: 'https://proxy.example.com/dd',
    app: '',
  })
})

test.each(['not a url', 'ftp://x.example', 'https://u:p@x.example', 'https://x.example/?q=1'])(
  'api-url %j is refused, without repeating a password',
  (url) => {
    const error = refusal({ 'api-url': url })
    expect(error.input).toBe('api-url')
    expect(error.message).not.toContain('u:p')
  },
)

test('refuses plain http, except to this machine', () => {
  expect(refusal({ 'api-url': 'http://datadog.example.com' }).message).toContain('unencrypted')
  for (const host of ['localhost', '127.0.0.1', '[::1]'])
    expect(read({ 'api-url': `http://${host}:1` }).api).toBeTruthy()
})
