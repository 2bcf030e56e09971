import { renameSync, writeFileSync } from 'node:fs'
import { CLOSE_MS, type Cloud, startCloud } from './cloud.ts'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import { RealClock } from './kernel/clock.ts'
import { onParentEnd } from './kernel/parent.ts'
import { StopRequests } from './kernel/stop-requests.ts'

/** `npm run cloud`: runs a rehearsal cloud as a process. Returns the exit code. */
async function main(): Promise<number> {
  // Listen from the start, so that a signal during the start stops the cloud and cleans up.
  const stop = listen()
  const commandLine = parseCommandLine(process.argv.slice(2))
  if (commandLine.help) {
    console.log(USAGE)
    return 0
  }
  if (!commandLine.keepRunning) onParentEnd(() => stop.request('The parent process has ended'))

  const gaveUp = new Promise<undefined>((resolve) => stop.hurry.addEventListener('abort', () => resolve(undefined)))
  const cloud = await Promise.race([startCloud(commandLine.options), gaveUp])
  if (cloud === undefined) {
    console.error('The rehearsal cloud was stopped before it had started.')
    return 1
  }
  announce(cloud, commandLine)
  console.log(`${await stop.first}: stopping the rehearsal cloud.`)
  stop.hurry.addEventListener('abort', () => console.error('Stopping the rehearsal cloud at once.'))
  await cloud.close(stop.hurry)
  return 0
}

function listen(): StopRequests {
  const stop = new StopRequests(new RealClock(), CLOSE_MS)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.signal(name))
  // With an IPC channel to the parent process, the end of the parent is known at once.
  process.once('disconnect', () => stop.request('The parent process has ended'))
  // The open channel must not keep this process alive.
  process.channel?.unref()
  // The reader of the output may have ended.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return stop
}

function announce({ env, url }: Cloud, { envFile }: CommandLine): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`)
  if (envFile !== undefined) writeWhole(envFile, lines.join(''))
  console.log(`Rehearsal cloud ready at ${url}. To use it, set:\n`)
  console.log(lines.map((line) => `export ${line}`).join(''))
  console.log('Stop it with Ctrl-C.')
}

/** Renames a complete file into place, so that a reader never sees a part of it. */
function writeWhole(path: string, content: string): void {
  const part = `${path}.part`
  writeFileSync(part, content)
  renameSync(part, path)
}

const code = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  return 1
})
// A connection that is still open must not keep a closed cloud running.
process.exit(code)
