import { createDatadog } from '../../../../../rehearsal/cloud/datadog/index.ts'
import { answerProblem } from '../../../../../rehearsal/cloud/datadog/published/published.ts'
import { parseScenario } from '../../../../../rehearsal/cloud/datadog/scenario.ts'
import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'
import { Journal } from '../../../../../rehearsal/cloud/kernel/journal.ts'
import { Server } from '../../../../../rehearsal/cloud/kernel/server.ts'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: unknown
}

/** The Datadog of a rehearsal on a port of its own, on a clock that stands still. */
export async function rehearsedDatadog() {
  const clock = new ManualClock()
  const journal = new Journal(clock)
  const datadog = createDatadog({ clock, journal })
  const server = new Server([datadog.route])
  await server.listen('127.0.0.1')
  const url = `http://127.0.0.1:${server.port}`

  async function ask(method: string, path: string, body?: unknown, keys: object = {}): Promise<Answered> {
    const answer = await fetch(url + path, {
      method,
      headers: { 'dd-api-key': datadog.keys.api, 'dd-application-key': datadog.keys.app, ...keys },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const json = text === '' ? undefined : JSON.parse(text)
    // Each answer of each test is as published.
    expect(answerProblem(method, path.replace(/\?.*/, ''), answer.status, json)).toBeUndefined()
    return { status: answer.status, headers: answer.headers, text, json }
  }
  return {
    clock,
    journal,
    url,
    ask,
    play: (scenario: object) => datadog.play(parseScenario(scenario)),
    close: () => server.close(),
  }
}

export type Rehearsed = Awaited<ReturnType<typeof rehearsedDatadog>>
