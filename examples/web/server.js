import { createServer } from 'node:http'
import { hostname } from 'node:os'

const { PORT = '8080', VERSION = 'dev', ENVIRONMENT = 'local' } = process.env

const log = (entry) => console.log(JSON.stringify({ at: new Date().toISOString(), ...entry }))

const pages = {
  '/': () => ({ service: 'web', version: VERSION, environment: ENVIRONMENT, host: hostname() }),
  // The load balancer's health check. Answer 200 only when the service can do its work.
  '/healthz': () => ({ status: 'ok' }),
}

const server = createServer((request, response) => {
  const [pathname] = request.url.split('?')
  const page = Object.hasOwn(pages, pathname) ? pages[pathname] : undefined
  const [status, body] = page ? [200, page()] : [404, { error: `there is no ${pathname}` }]
  // While the process ends, the client must not send another request on this connection.
  if (!server.listening) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
  if (pathname !== '/healthz') log({ method: request.method, path: pathname, status })
})

// Longer than the load balancer keeps an idle connection (60 s), so that the load balancer closes it and
// never the service, just as the next request arrives.
server.keepAliveTimeout = 75_000

server.listen(Number(PORT), () => log({ message: `listening on ${PORT}`, version: VERSION, environment: ENVIRONMENT }))

// ECS sends SIGTERM after the load balancer has stopped sending requests. Open requests are finished, and the
// process ends once the last connection is closed. As process 1 it would ignore SIGTERM without this handler.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    log({ message: `${signal}: finishing what is under way` })
    server.close(() => log({ message: 'done' }))
    server.closeIdleConnections()
  })
}
