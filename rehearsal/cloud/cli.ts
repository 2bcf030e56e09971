import { writeFileSync } from 'node:fs'
import { startCloud } from './cloud.ts'
import { parseCommandLine, USAGE } from './command-line.ts'

/** `npm run cloud`: a rehearsal cloud as a process of its own. */
async function main(): Promise<void> {
  const { envFile, help, options } = parseCommandLine(process.argv.slice(2))
  if (help) return void console.log(USAGE)

  const cloud = await startCloud(options)
  const lines = Object.entries(cloud.env).map(([name, value]) => `${name}=${value}\n`)
  if (envFile !== undefined) writeFileSync(envFile, lines.join(''))
  console.log(`The rehearsal cloud answers on ${cloud.url}. Point your tools at it with:\n`)
  console.log(lines.map((line) => `export ${line}`).join(''))
  console.log('Ctrl-C ends it.')

  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, resolve)
  })
  console.log(`${signal}: the rehearsal cloud ends.`)
  await cloud.close()
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
