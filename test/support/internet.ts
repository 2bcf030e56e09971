// Hosts of the internet, on this machine: a proxy (HTTPS_PROXY) that leads to a TLS server with a certificate for their names.
// The action calls them as it would call the real ones. Each test says what the stand-in stands for.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createProxy, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Host = (request: IncomingMessage, response: ServerResponse) => void

export interface Internet {
  /** What a process needs to be on it. */
  readonly env: Readonly<Record<'HTTPS_PROXY' | 'NODE_EXTRA_CA_CERTS', string>>
  /** Hosts that were wanted and are not there. */
  readonly unknown: readonly string[]
  close(): Promise<void>
}

/** Starts one with these hosts, each under its name. */
export async function startInternet(hosts: Readonly<Record<string, Host>>): Promise<Internet> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-internet-'))
  const unknown: string[] = []
  const server = createServer(certificate(folder, Object.keys(hosts)), (request, response) => {
    hosts[request.headers.host ?? '']?.(request, response)
  }).listen(0, '127.0.0.1')
  const proxy = createProxy().listen(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), once(proxy, 'listening')])
  const { port } = server.address() as AddressInfo
  proxy.on('connect', ({ url = '' }, client) => {
    client.on('error', () => {})
    const name = url.replace(/:443$/, '')
    if (hosts[name] === undefined) {
      unknown.push(name)
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    upstream.on('error', () => client.destroy())
  })
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
    },
    unknown,
    async close() {
      for (const one of [server, proxy]) {
        one.closeAllConnections()
        one.close()
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Hands a request on to a server of this machine, which sees the host's own name, and that it came by https. */
export function pass(
  request: IncomingMessage,
  response: ServerResponse,
  to: { readonly port: number; readonly host?: string; readonly path?: string },
): void {
  const headers = { ...request.headers, 'x-forwarded-proto': 'https', ...(to.host ? { host: to.host } : {}) }
  // What was checked here is nothing to the server behind.
  if (to.host === undefined) delete headers.authorization
  const address = to.host?.replace(/:\d+$/, '') ?? '127.0.0.1'
  const onward = forward(
    { host: address, port: to.port, method: request.method, path: to.path ?? request.url, headers },
    (answer) => {
      const location = answer.headers.location?.replace(`http://${to.host}`, `https://${request.headers.host}`)
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...(location ? { location } : {}) })
      answer.pipe(response)
    },
  )
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}

function certificate(folder: string, names: readonly string[]) {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const settings = [
    '[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = extensions',
    '[name]\nCN = Stand-ins of a test',
    `[extensions]\nbasicConstraints = CA:TRUE\nsubjectAltName = ${names.map((name) => `DNS:${name}`).join(',')}`,
  ]
  writeFileSync(join(folder, 'openssl.cnf'), `${settings.join('\n')}\n`)
  const files = ['-keyout', key, '-out', cert, '-config', join(folder, 'openssl.cnf')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files], {
    stdio: 'ignore',
  })
  return { key: readFileSync(key), cert: readFileSync(cert) }
}
