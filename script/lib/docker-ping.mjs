// Ends with 0 when a Docker engine answers at DOCKER_HOST, or at the default socket. Runs before any package is installed.

import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'

const host = process.env.DOCKER_HOST || 'unix:///var/run/docker.sock'
const tls = Boolean(process.env.DOCKER_TLS_VERIFY)
const pem = (name) => readFileSync(join(process.env.DOCKER_CERT_PATH ?? '', name))

const fail = (why) => {
  console.error(`No Docker engine answers at ${host}: ${why}.`)
  process.exit(1)
}

function target() {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'))
  return { host: hostname, port, ...(tls ? { ca: pem('ca.pem'), cert: pem('cert.pem'), key: pem('key.pem') } : {}) }
}

try {
  const request = (tls && !host.startsWith('unix://') ? https : http).get({
    ...target(),
    path: '/_ping',
    timeout: 5000,
  })
  request.on('response', (response) => process.exit(response.statusCode === 200 ? 0 : 1))
  request.on('timeout', () => fail('it did not answer within 5 seconds'))
  request.on('error', (error) => fail(error.message))
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}
