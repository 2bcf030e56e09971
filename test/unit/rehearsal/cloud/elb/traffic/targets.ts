import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { caller, type World, world } from '../world.ts'

// Above 1023, so that the tests need no privilege; each load balancer has an address of its own anyway.
export const port = 8088
export const closing: (() => Promise<void>)[] = []
/** The load balancers of the test that runs. */
export let it: World

/** Gives each test of a file load balancers of its own. */
export function useTraffic(): void {
  beforeEach(() => {
    it = world({ carriesTraffic: true })
    closing.push(() => it.elb.close())
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
}

/** A service that listens on this machine. */
export async function service(answer: RequestListener): Promise<{ host: string; port: number; server: Server }> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, server }
}

/** Registers services as targets of a group, and waits until they are healthy (or known not to be). */
export async function register(arn: string, ...services: { host: string; port: number }[]) {
  services.forEach((address, index) => {
    it.elb.targetGroups.register(caller, arn, { id: `10.0.0.${index + 1}`, port: 8080, address })
  })
  await it.clock.advance(40_000)
}

interface Got {
  status: number
  body: string
  headers: IncomingMessage['headers']
}

export function get(
  host: string,
  path = '/',
  headers: Record<string, string> = {},
  method = 'GET',
  body?: string,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const call = httpRequest({ host, port, path, headers, method, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }))
    })
    call.on('error', reject)
    call.end(body)
  })
}

export const says = (text: string) => service((_, response) => response.end(text))
