// From the command line to the exit code. Whatever happens in between, the machine is left as it was found.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommandLine, usage } from './command-line.ts'
import { type Interruption, listenForInterruption } from './interruption.ts'
import { rehearse } from './rehearse.ts'
import { Screen } from './report/progress.ts'
import { humanSummary, machineSummary, type Summary } from './report/summary.ts'
import { makeBaseImage } from './setup/base-image.ts'
import { removeImages } from './setup/built-images.ts'
import { type CloudProcess, startCloudProcess } from './setup/cloud-process.ts'
import { createStateBucket } from './setup/github-settings.ts'
import { setUpMonitors } from './setup/monitors.ts'
import { Source } from './setup/source-repository.ts'

const root = join(import.meta.dirname, '../..')
const node = join(root, 'node_modules/.bin/node')
/** Journals and logs of this many rehearsals are kept. */
const keptRuns = 10

export async function main(args: readonly string[]): Promise<number> {
  const start = performance.now()
  const { help, prod, alarm, keep, json } = readCommandLine(args)
  if (help) {
    console.log(usage)
    return 0
  }
  const interruption = listenForInterruption()
  const screen = new Screen(process.stdout)
  const folder = runFolder()
  screen.say('Rehearsal')
  const source = new Source(root, ['.github', 'examples/web', 'terraform'], join(folder, 'source'))
  const cloud = await screen.during('cloud', () => startCloudProcess(folder))
  try {
    await createStateBucket(cloud.env, 'stage')
    if (prod) await createStateBucket(cloud.env, 'prod')
    if (alarm) await setUpMonitors(cloud.env)
    const baseImage = await screen.during('base image', () =>
      makeBaseImage(source.path('examples/web/base-image'), node, registryPort(cloud)),
    )
    const hands = { root, folder, cloud, source, baseImage, screen, watched: alarm, interrupted: interruption.signal }
    const summary = await rehearse(hands, prod, start)
    report(summary, json)
    if (keep && !interruption.signal.aborted) await stayUp(cloud, screen, interruption)
    return exitCode(summary, interruption)
  } finally {
    await screen.during('tidying up', () => tidyUp(cloud, source, folder))
  }
}

function report(summary: Summary, json: string | undefined): void {
  console.log(humanSummary(summary))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(machineSummary(summary), null, 2)}\n`)
}

function exitCode({ problems }: Summary, interruption: Interruption): number {
  // An interruption after the end, with --keep, is the way to end it.
  if (problems.length === 0) return 0
  return interruption.code() ?? 1
}

async function stayUp(cloud: CloudProcess, screen: Screen, { came }: Interruption): Promise<void> {
  const exports = Object.entries(cloud.env).map(([name, value]) => `  export ${name}=${value}`)
  screen.say(`The cloud stays up until Ctrl-C. To look around in it:\n\n${exports.join('\n')}\n`)
  await came
}

/** Containers and networks go with the cloud; images and working files go here. Journal and logs stay. */
async function tidyUp(cloud: CloudProcess, source: Source, folder: string): Promise<void> {
  await cloud.stop()
  await removeImages(registryPort(cloud), source.commits)
  for (const name of readdirSync(folder).filter((name) => name === 'source' || name.startsWith('run-'))) {
    rmSync(join(folder, name), { recursive: true, force: true })
  }
}

/** No two rehearsals on one machine share it, which makes it a good name too. */
const registryPort = (cloud: CloudProcess) => new URL(cloud.env['AWS_ENDPOINT_URL'] ?? '').port

/** A folder for the journal and the logs of this rehearsal. Those of older ones go. */
function runFolder(): string {
  const runs = join(root, '.rehearsal/runs')
  const folder = join(runs, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const old = readdirSync(runs).toSorted().slice(0, -keptRuns)
  for (const name of old.filter(isOver)) rmSync(join(runs, name), { recursive: true, force: true })
  return folder
}

/** Whether the rehearsal that a folder belongs to has ended; one with --keep may go on for long. */
function isOver(name: string): boolean {
  try {
    process.kill(Number(name.slice(name.lastIndexOf('-') + 1)), 0)
    return false
  } catch {
    return true
  }
}
