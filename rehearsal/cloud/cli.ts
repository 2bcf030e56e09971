import { renameSync, writeFileSync } from 'node:fs'
import { startCloud } from './cloud.ts'
import { parseCommandLine, USAGE } from './command-line.ts'

/** `npm run cloud`: runs a rehearsal cloud as a process. */
async function main(): Promise<void> {
  // Listen from the start, so that a signal during the start stops the cloud and cleans up.
  const signal = new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, resolve)
    // With an IPC channel to the parent process, the cloud also stops when the parent is killed.
    process.once('disconnect', () => resolve('The parent process has ended'))
  })
  // The open channel must not keep this process alive.
  process.channel?.unref()
  const { envFile, help, options } = parseCommandLine(process.argv.slice(2))
  if (help) return void console.log(USAGE)

  const cloud = await startCloud(options)
  const lines = Object.entries(cloud.env).map(([name, value]) => `${name}=${value}\n`)
  if (envFile !== undefined) writeWhole(envFile, lines.join(''))
  console.log(`Rehearsal cloud ready at ${cloud.url}. To use it, set:\n`)
  console.log(lines.map((line) => `export ${line}`).join(''))
  console.log('Stop it with Ctrl-C.')

  console.log(`${await signal}: stopping the rehearsal cloud.`)
  await cloud.close()
}

/** Renames a complete file into place, so that a reader never sees a part of it. */
function writeWhole(path: string, content: string): void {
  const part = `${path}.part`
  writeFileSync(part, content)
  renameSync(part, path)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
