import { main } from '../../../actions/datadog-event/src/main.ts'
import { createDatadog } from '../../../rehearsal/cloud/datadog/index.ts'
import { parseScenario } from '../../../rehearsal/cloud/datadog/scenario.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { Journal } from '../../../rehearsal/cloud/kernel/journal.ts'
import { type Exchange, Server, send } from '../../../rehearsal/cloud/kernel/server.ts'
import { type Clock, throwIfCancelled } from '../../../toolkit/clock.ts'
import { describeError } from '../../../toolkit/errors.ts'
import { actionInputs } from '../action-inputs.ts'
import { recordingWorld } from './datadog.ts'

/** datadog-event against the Datadog of the rehearsal, whose time passes only while the action sleeps. */
export async function rehearsedDatadog(folder: string) {
  const clock = new ManualClock()
  const journal = new Journal(clock)
  const datadog = createDatadog({ clock, journal })
  let answers = Number.POSITIVE_INFINITY
  const serve = async (exchange: Exchange): Promise<void> => {
    if (answers-- > 0) return await datadog.route.serve(exchange)
    send(exchange, { status: 503, headers: {}, body: '{"errors":["Service unavailable"]}' })
  }
  const server = new Server([{ ...datadog.route, serve }])
  await server.listen('127.0.0.1')
  const actionClock: Clock = {
    now: () => clock.now(),
    async sleep(ms, signal) {
      throwIfCancelled(signal)
      await clock.advance(ms)
    },
  }

  /** One step. Its log has the level of each line that is an annotation. */
  async function step(inputs: Readonly<Record<string, string>>) {
    const log: string[] = []
    const say = (level: string) => (line: string) => void log.push(`${level}${line}`)
    const recorded = recordingWorld(
      {
        RUNNER_TEMP: folder,
        ...actionInputs('datadog-event', {
          'api-key': datadog.keys.api,
          'app-key': datadog.keys.app,
          'api-url': `http://127.0.0.1:${server.port}`,
          env: 'production',
          ...inputs,
        }),
      },
      { clock: actionClock },
    )
    const world = {
      ...recorded.world,
      log: { ...recorded.world.log, info: say(''), warning: say('warning: '), notice: say('notice: ') },
    }
    const error = await main(world).then(() => undefined, describeError)
    return { outputs: recorded.outputs, log, summary: recorded.summaries.join('\n'), error }
  }

  return {
    clock,
    journal,
    step,
    /** After so many more answers, Datadog answers 503. */
    downAfter: (requests: number) => {
      answers = requests
    },
    play: (scenario: object) => datadog.play(parseScenario(scenario)),
    close: () => server.close(),
  }
}
