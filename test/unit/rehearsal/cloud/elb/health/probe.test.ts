import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { probeOverHttp } from '../../../../../../rehearsal/cloud/elb/health/probe.ts'
import type { ProbeRequest, Target } from '../../../../../../rehearsal/cloud/interfaces.ts'

const http = (path = '/', timeoutMs = 5_000): ProbeRequest => ({ protocol: 'HTTP', path, timeoutMs })
const servers: Server[] = []

async function serve(answer: RequestListener): Promise<Target> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { id: '10.0.0.9', port: 8080, address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } }
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

test('answers with the status of the path asked for, as the health checker', async () => {
  const seen: unknown[] = []
  const target = await serve((request, response) => {
    seen.push([request.url, request.headers['user-agent'], request.headers.host])
    response.writeHead(request.url === '/healthz' ? 204 : 404).end()
  })
  expect(await probeOverHttp(target, http('/healthz'))).toEqual({ outcome: 'answered', status: 204 })
  expect(await probeOverHttp(target, http('/else'))).toEqual({ outcome: 'answered', status: 404 })
  expect(seen[0]).toEqual(['/healthz', 'ELB-HealthChecker/2.0', '10.0.0.9:8080'])
})

test('does not follow a redirect', async () => {
  const target = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
  expect(await probeOverHttp(target, http())).toEqual({ outcome: 'answered', status: 302 })
})

test('returns timed-out without a response', async () => {
  const target = await serve(() => {})
  expect(await probeOverHttp(target, http('/', 50))).toEqual({ outcome: 'timed-out' })
})

test('returns refused for a closed port, over HTTP and TCP', async () => {
  const target = await serve(() => {})
  await new Promise((resolve) => servers.pop()?.close(resolve))
  expect(await probeOverHttp(target, http())).toEqual({ outcome: 'refused' })
  expect(await probeOverHttp(target, { protocol: 'TCP', path: '', timeoutMs: 5_000 })).toEqual({ outcome: 'refused' })
})

test('returns refused when the connection is reset before a response', async () => {
  const target = await serve((request) => request.socket.destroy())
  expect(await probeOverHttp(target, http())).toEqual({ outcome: 'refused' })
})

test('answers a TCP check once connected', async () => {
  const target = await serve(() => {})
  expect(await probeOverHttp(target, { protocol: 'TCP', path: '', timeoutMs: 5_000 })).toEqual({
    outcome: 'answered',
    status: 0,
  })
})
