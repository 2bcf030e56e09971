// Sends steady requests through the load balancer during a rollout, as a client of the service.
import { Agent, get } from 'node:http'

export interface TrafficCounts {
  readonly requests: number
  readonly failed: number
  /** Errors of the first ten failed requests. */
  readonly failures: readonly string[]
  /** Number of responses by body, which contains the version. */
  readonly answers: ReadonlyMap<string, number>
}

export interface Traffic {
  /** Counts so far. */
  counts(): TrafficCounts
  /** Stops sending, waits for open requests, and returns the final counts. */
  stop(): Promise<TrafficCounts>
}

const intervalMs = 10
const timeoutMs = 10_000

/** Sends a request every 10 ms without waiting for earlier ones, so that slow responses do not reduce the rate. */
export function sendTraffic(url: string): Traffic {
  const agent = new Agent({ keepAlive: true })
  const answers = new Map<string, number>()
  const failures: string[] = []
  const open = new Set<Promise<void>>()
  let requests = 0
  let failed = 0

  const send = async () => {
    requests += 1
    try {
      const { status, body } = await request(url, agent)
      if (status !== 200) throw new Error(`status ${status}`)
      answers.set(body, (answers.get(body) ?? 0) + 1)
    } catch (error) {
      failed += 1
      if (failures.length < 10) failures.push(`${new Date().toISOString()} ${(error as Error).message}`)
    }
  }
  const timer = setInterval(() => {
    const one = send().finally(() => open.delete(one))
    open.add(one)
  }, intervalMs)

  const counts = (): TrafficCounts => ({ requests, failed, failures, answers })
  return {
    counts,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(open)
      agent.destroy()
      return counts()
    },
  }
}

function request(url: string, agent: Agent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { agent, timeout: timeoutMs }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: body.trim() }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error(`no response within ${timeoutMs / 1000} s`)))
    sent.on('error', reject)
  })
}
