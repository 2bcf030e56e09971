import { connect, createServer, type Server, type Socket } from 'node:net'
import { reach } from '../health/probe.ts'
import type { Listener } from '../model.ts'
import { targetKey } from '../model.ts'
import { nextGroup, nextTarget } from './choose-target.ts'
import type { Tally } from './request-journal.ts'

/** A listener of a Network Load Balancer: forwards each connection to one target, byte for byte. */
export function tcpServer(listener: Listener, tally: Tally): Server {
  return createServer((client) => {
    const action = listener.rules[0]?.action
    const group = action?.type === 'forward' ? nextGroup(action) : undefined
    const target = group && nextTarget(group)
    const connection = { method: 'CONNECT' }
    if (target === undefined) {
      tally.count(listener, group, connection, { kind: 'failed', status: undefined, cause: 'no target can take it' })
      client.resetAndDestroy()
      return
    }
    const upstream = connect(reach(target.target))
    target.underWay.add(upstream)
    upstream.on('connect', () => join(client, upstream))
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      tally.count(listener, group, connection, {
        ...{ kind: 'failed', status: undefined, target: targetKey(target.target) },
        cause: error.code ?? error.message,
      })
      client.resetAndDestroy()
    })
    upstream.on('close', (hadError) => {
      target.underWay.delete(upstream)
      if (!hadError) tally.count(listener, group, connection, { kind: 'answered', status: 200 })
      client.destroy()
    })
    client.on('error', () => upstream.destroy())
  })
}

/** Connects two sockets, and ends one when the other ends. */
export function join(one: Socket, other: Socket): void {
  one.pipe(other)
  other.pipe(one)
  one.on('close', () => other.destroy())
  other.on('close', () => one.destroy())
  one.on('error', () => other.destroy())
  other.on('error', () => one.destroy())
}
