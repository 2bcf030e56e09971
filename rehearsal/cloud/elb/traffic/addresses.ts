import { createServer, type Server } from 'node:net'
import { AwsError } from '../../kernel/errors.ts'

/** Port that is open on each address in use, so that two clouds on one machine never share an address. */
const claimPort = 46_901
const blocks = 256
const hosts = 254

/**
 * Gives each load balancer a loopback address, from 127.1.0.1 on, so that each has its own port 80,
 * as in AWS.
 */
export class LoopbackAddresses {
  #next = 0

  async claim(): Promise<{ readonly address: string; readonly release: () => Promise<void> }> {
    for (let tried = 0; tried < blocks * hosts; tried += 1) {
      const index = this.#next++ % (blocks * hosts)
      const address = `127.1.${Math.floor(index / hosts)}.${(index % hosts) + 1}`
      const server = await hold(address)
      if (server !== undefined) return { address, release: () => close(server) }
    }
    throw new AwsError('TooManyLoadBalancers', 'No loopback address is free for another load balancer')
  }
}

function hold(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy())
  // An idle load balancer does not keep the process alive.
  server.unref()
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(unavailable(address, error))
    })
    server.listen({ host: address, port: claimPort, exclusive: true }, () => resolve(server))
  })
}

const close = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()))

function unavailable(address: string, error: NodeJS.ErrnoException): AwsError {
  const hint =
    error.code === 'EADDRNOTAVAIL'
      ? ` On macOS, give the loopback interface the address: ifconfig lo0 alias ${address}`
      : ''
  return new AwsError(
    'UnsupportedOperation',
    `The rehearsal cloud cannot use ${address} for a load balancer: ${error.message}.${hint}`,
  )
}
