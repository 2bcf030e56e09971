import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { ProbeRequest, ProbeResult, Target } from '../../interfaces.ts'

/** The actual address of a target's process. */
export const reach = (target: Target): { readonly host: string; readonly port: number } =>
  target.address ?? { host: target.id, port: target.port }

/**
 * Makes one health check over the network, as a load balancer's node does: a new connection each time, no redirect
 * followed, any certificate accepted. Never rejects: an error is a result, too.
 */
export function probeOverHttp(target: Target, request: ProbeRequest): Promise<ProbeResult> {
  return request.protocol === 'TCP' ? probeTcp(target, request.timeoutMs) : probeHttp(target, request)
}

function probeHttp(target: Target, { protocol, path, timeoutMs }: ProbeRequest): Promise<ProbeResult> {
  const { host, port } = reach(target)
  const send = protocol === 'HTTPS' ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const call = send({
      host,
      port,
      path,
      agent: false,
      // AWS names the target, not the load balancer, in Host; services that check Host must know that.
      headers: { host: `${target.id}:${target.port}`, 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
      rejectUnauthorized: false,
    })
    const deadline = setTimeout(() => end({ outcome: 'timed-out' }), timeoutMs)
    function end(result: ProbeResult) {
      clearTimeout(deadline)
      resolve(result)
      call.destroy()
    }
    call.on('response', (response) => end({ outcome: 'answered', status: response.statusCode ?? 0 }))
    call.on('error', () => end({ outcome: 'refused' }))
    call.end()
  })
}

function probeTcp(target: Target, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect(reach(target))
    const deadline = setTimeout(() => end({ outcome: 'timed-out' }), timeoutMs)
    function end(result: ProbeResult) {
      clearTimeout(deadline)
      resolve(result)
      socket.destroy()
    }
    socket.on('connect', () => end({ outcome: 'answered', status: 0 }))
    socket.on('error', () => end({ outcome: 'refused' }))
  })
}
