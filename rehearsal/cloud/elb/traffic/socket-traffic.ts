import type { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Clock } from '../../kernel/clock.ts'
import { AwsError } from '../../kernel/errors.ts'
import type { Journal } from '../../kernel/journal.ts'
import type { Listener } from '../model.ts'
import { LoopbackAddresses } from './addresses.ts'
import { httpServer } from './http.ts'
import { Tally } from './request-journal.ts'
import { tcpServer } from './tcp.ts'
import type { Traffic } from './traffic.ts'

/** Load balancers with real sockets, each on its own loopback address. */
export function realTraffic(clock: Clock, journal: Journal): Traffic {
  const addresses = new LoopbackAddresses()
  const tally = new Tally(journal)
  const connections = new Set<Socket>()

  return {
    async claimAddress() {
      const { address, release } = await addresses.claim()
      return { dnsName: address, release }
    },
    async listen(listener, port) {
      const server = listener.protocol === 'HTTP' ? httpServer(listener, clock, tally) : tcpServer(listener, tally)
      server.on('connection', (socket: Socket) => {
        connections.add(socket)
        socket.on('close', () => connections.delete(socket))
      })
      await bind(server, listener, port)
      return async () => {
        // The port is free at once. Open requests may finish.
        server.close()
        if ('closeIdleConnections' in server) (server as HttpServer).closeIdleConnections()
      }
    },
    async close() {
      for (const socket of connections) socket.destroy()
      tally.write()
    },
  }
}

function bind(server: Server, listener: Listener, port: number): Promise<void> {
  const host = listener.loadBalancer.dnsName
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(host, port, error)))
    server.listen({ host, port, exclusive: true }, resolve)
  })
}

function refusal(host: string, port: number, error: NodeJS.ErrnoException): AwsError {
  const hint =
    error.code === 'EACCES'
      ? ' Run the rehearsal as root, let everyone use low ports (sysctl net.ipv4.ip_unprivileged_port_start=80), or listen on a port above 1023.'
      : ''
  return new AwsError(
    'UnsupportedOperation',
    `The rehearsal cloud cannot listen on ${host}:${port}: ${error.message}.${hint}`,
  )
}
