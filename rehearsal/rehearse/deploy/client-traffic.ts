// A real client of the service: steady requests through the load balancer, for as long as a rollout takes.
import { Agent, get } from 'node:http'

export interface Tally {
  readonly requests: number
  readonly failed: number
  /** What went wrong with the first few that failed. */
  readonly failures: readonly string[]
  /** How often each answer was seen, so that it shows that the new version took over. */
  readonly answers: ReadonlyMap<string, number>
}

export interface Traffic {
  /** How it stands at this moment. */
  tally(): Tally
  /** Sends no more, waits for what is under way, and counts. */
  stop(): Promise<Tally>
}

const intervalMs = 10
const patienceMs = 10_000

/** Sends a request every 10 ms, whether or not the one before was answered: a slow rollout must not hide behind it. */
export function sendTraffic(url: string): Traffic {
  const agent = new Agent({ keepAlive: true })
  const answers = new Map<string, number>()
  const failures: string[] = []
  const underWay = new Set<Promise<void>>()
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
    const one = send().finally(() => underWay.delete(one))
    underWay.add(one)
  }, intervalMs)

  const tally = (): Tally => ({ requests, failed, failures, answers })
  return {
    tally,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(underWay)
      agent.destroy()
      return tally()
    },
  }
}

function request(url: string, agent: Agent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { agent, timeout: patienceMs }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: body.trim() }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${patienceMs / 1000} s`)))
    sent.on('error', reject)
  })
}
