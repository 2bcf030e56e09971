import { main } from '../../../actions/datadog-event/src/main.ts'
import { actionInputs } from '../action-inputs.ts'
import { FakeClock } from '../clock.ts'
import { type Script, scriptedServer } from '../scripted-server.ts'
import { API_KEY, APP_KEY, recordingWorld } from './datadog.ts'
import { monitorOf, monitorPages } from './monitors.ts'

/** A monitor that stays OK. */
export const quiet: Script = monitorPages(() => [monitorOf(1, { 'host:a': ['OK'], 'host:b': ['OK'] })])

/** Runs `baseline` and `gate`, whole, on a clock of the test and against real HTTP servers. */
export function gateRunner(folder: string) {
  const servers: { close(): Promise<void> }[] = []

  async function run(inputs: Readonly<Record<string, string>>, script: Script, clock = new FakeClock()) {
    const server = await scriptedServer(script)
    servers.push(server)
    const recorded = recordingWorld(
      {
        RUNNER_TEMP: folder,
        ...actionInputs('datadog-event', {
          'api-key': API_KEY,
          'app-key': APP_KEY,
          'api-url': server.url,
          service: 'web',
          env: 'production',
          ...inputs,
        }),
      },
      { clock },
    )
    const failure = await main(recorded.world).then(
      () => undefined,
      (error: unknown) => error as Error,
    )
    return { ...recorded, clock, failure, seen: server.seen }
  }

  /** A baseline; gives its path and the clock, which then stands 10 s later. */
  async function before(script: Script = quiet, inputs: Readonly<Record<string, string>> = {}) {
    const { outputs, clock } = await run({ command: 'baseline', ...inputs }, script)
    await clock.sleep(10_000)
    return { baseline: String(outputs['baseline']), clock }
  }

  async function gate(
    script: Script,
    inputs: Readonly<Record<string, string>> = {},
    baselineScript: Script = quiet,
    baselineInputs: Readonly<Record<string, string>> = {},
  ) {
    const { baseline, clock } = await before(baselineScript, baselineInputs)
    const start = clock.now()
    const result = await run({ command: 'gate', baseline, ...inputs }, script, clock)
    return { ...result, seconds: (result.clock.now() - start) / 1000 }
  }

  const close = async () => {
    for (const server of servers.splice(0)) await server.close()
  }
  return { run, before, gate, close }
}
