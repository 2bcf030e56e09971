import { readSite } from '../../../../actions/datadog-event/src/inputs/site-inputs.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { inputsEnv, recordingWorld } from '../../../support/datadog-event/datadog.ts'

function reading(inputs: Record<string, string>, env: Readonly<Record<string, string>> = {}) {
  const { world, lines, warnings } = recordingWorld({})
  return { site: readSite(new InputReader(inputsEnv(inputs)), env, world.log), lines, warnings }
}
const read = (...given: Parameters<typeof reading>) => reading(...given).site

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

test.each<[Record<string, string>, Record<string, string>, string]>([
  [{ site: 'datadoghq.eu' }, { DD_URL: 'https://api.us5.datadoghq.com' }, 'datadoghq.eu'],
  [{ 'api-url': 'https://api.datadoghq.eu' }, { DD_SITE: 'us5.datadoghq.com' }, 'datadoghq.eu'],
  [
    {},
    { DD_URL: 'https://api.us3.datadoghq.com', DATADOG_SITE: 'datadoghq.eu', DD_SITE: 'us5.datadoghq.com' },
    'us3.datadoghq.com',
  ],
  [{}, { DATADOG_SITE: 'datadoghq.eu', DD_SITE: 'us5.datadoghq.com' }, 'datadoghq.eu'],
  [{}, { DD_SITE: 'us5.datadoghq.com' }, 'us5.datadoghq.com'],
  // The agent's DD_URL has the web application's host.
  [{}, { DD_URL: 'https://app.datadoghq.eu' }, 'datadoghq.eu'],
])('with the inputs %j and the environment %j the site is %3$s', (inputs, env, site) => {
  expect(read(inputs, env)).toMatchObject({ name: site, api: `https://api.${site}` })
})

test('a variable that an input replaces is told, and one that another variable replaces is a warning', () => {
  const byInput = reading(
    { site: 'datadoghq.eu' },
    { DD_URL: 'https://api.us5.datadoghq.com', DD_SITE: 'datadoghq.eu' },
  )
  expect(byInput).toMatchObject({
    lines: [
      '`DD_URL` of the environment is `https://api.us5.datadoghq.com` and is not used: the input `site` is `datadoghq.eu`.',
    ],
    warnings: [],
  })
  expect(reading({}, { DATADOG_SITE: 'datadoghq.eu', DD_SITE: 'datadoghq.com' })).toMatchObject({
    lines: [],
    warnings: ['`DD_SITE` of the environment is `datadoghq.com` and is not used: `DATADOG_SITE` is `datadoghq.eu`.'],
  })
  expect(reading({ site: 'datadoghq.eu' }, { DD_URL: 'https://u:secret@x' }).lines.join()).not.toContain('secret')
})

test('a site that is not in the list is taken by the address of its API', () => {
  expect(read({ 'api-url': 'https://api.ap9.datadoghq.com' })).toMatchObject({
    name: 'ap9.datadoghq.com',
    intake: 'https://event-management-intake.ap9.datadoghq.com',
  })
  expect(refusal({ site: 'ap9.datadoghq.com' }).hint).toContain('`api-url: https://api.SITE`')
})

test('a site in the environment is held to the same list, and the error names the variable', () => {
  const { message, hint } = refusal({}, { DD_SITE: 'datadog.com' })
  expect(message).toBe(
    'Input `site` is missing, and `DD_SITE` of the environment is `datadog.com`, which is not a Datadog site.',
  )
  expect(hint).toBe('Did you mean `site: datadoghq.com`?')
  expect(refusal({}, { DD_URL: 'ftp://x' }).message).toContain('`DD_URL` of the environment is `ftp://x`')
})

test('`api-url` beside `site` is a proxy, or the same site', () => {
  expect(read({ 'api-url': 'https://proxy.example.com', site: 'datadoghq.eu' }).api).toBe('https://proxy.example.com')
  expect(read({ 'api-url': 'https://api.datadoghq.eu', site: 'datadoghq.eu' }).name).toBe('datadoghq.eu')
  expect(refusal({ 'api-url': 'https://api.datadoghq.eu', site: 'datadoghq.com' }).message).toBe(
    'Input `site` is `datadoghq.com`, and `api-url` leads to `datadoghq.eu`.',
  )
})

test('the address of a rehearsal wins over the site of a workflow, and leads to this machine only', () => {
  const at = (url: string) => read({ site: 'datadoghq.eu' }, { SLIPWAY_DATADOG_URL: url })
  expect(at('http://127.0.0.1:4566').api).toBe('http://127.0.0.1:4566')
  expect(at('https://evil.example').name).toBe('datadoghq.eu')
  expect(() => read({ site: 'nowhere' }, { SLIPWAY_DATADOG_URL: 'http://127.0.0.1:1' })).toThrow('Input `site`')
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
  ['datadog.com', 'Did you mean `site: datadoghq.com`?'],
  ['datadoghq.org', 'Write one of'],
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
