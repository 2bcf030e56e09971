import { rootCertificates } from 'node:tls'
import { openAgents } from '../../../../toolkit/http/agents.ts'

/** The options that an agent gives each connection. @types/node does not have them. */
const optionsOf = (agent: object) => (agent as { readonly options: object }).options

const SETTINGS = { maxSockets: 3, keepAlive: false }

test('limits the sockets of both agents, and keeps no connection unless asked to', () => {
  const { http, https } = openAgents({}, SETTINGS)
  for (const agent of [http, https]) expect(agent).toMatchObject({ maxSockets: 3, keepAlive: false })
  expect(openAgents({}, { ...SETTINGS, keepAlive: true }).https).toMatchObject({ keepAlive: true })
})

test("follows the environment's proxy", () => {
  const { http, https } = openAgents({ HTTPS_PROXY: 'http://proxy.corp:3128' }, SETTINGS)
  for (const agent of [http, https]) {
    expect(optionsOf(agent)).toMatchObject({ proxyEnv: { HTTPS_PROXY: 'http://proxy.corp:3128/' } })
  }
  expect(optionsOf(openAgents({}, SETTINGS).https)).not.toHaveProperty('proxyEnv')
})

test('refuses a proxy whose address cannot be used', () => {
  expect(() => openAgents({ HTTPS_PROXY: 'socks5://proxy:1080' }, SETTINGS)).toThrow(
    'The environment variable HTTPS_PROXY is not the address of an HTTP proxy.',
  )
})

test('accepts any certificate only where it is asked to', () => {
  for (const env of [{}, { HTTPS_PROXY: 'http://proxy.corp:3128' }]) {
    expect(optionsOf(openAgents(env, SETTINGS).https)).not.toHaveProperty('rejectUnauthorized')
    expect(optionsOf(openAgents(env, { ...SETTINGS, insecure: true }).https)).toMatchObject({
      rejectUnauthorized: false,
    })
  }
})

test('parses more certificates once for all connections, and leaves plain HTTP alone', () => {
  const { http, https } = openAgents({}, { ...SETTINGS, certificates: rootCertificates[0] ?? '' })
  expect(optionsOf(https)).toHaveProperty('secureContext')
  expect(optionsOf(https)).not.toHaveProperty('ca')
  expect(optionsOf(http)).not.toHaveProperty('secureContext')
  expect(optionsOf(openAgents({}, SETTINGS).https)).not.toHaveProperty('secureContext')
})
