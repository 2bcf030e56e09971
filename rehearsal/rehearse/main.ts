// Entry point of `script/rehearse`. Removes everything that the rehearsal made on this machine, also after a failure.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommandLine, usage } from './command-line.ts'
import { type Interruption, listenForInterruption } from './interruption.ts'
import { rehearse } from './rehearse.ts'
import { Progress } from './report/progress.ts'
import { jsonSummary, type Summary, textSummary } from './report/summary.ts'
import { makeBaseImage } from './setup/base-image.ts'
import { removeImages } from './setup/built-images.ts'
import { type CloudProcess, startCloudProcess } from './setup/cloud-process.ts'
import { setUpMonitors } from './setup/monitors.ts'
import { SourceRepository } from './setup/source-repository.ts'
import { createStateBucket } from './setup/state-bucket.ts'

const root = join(import.meta.dirname, '../..')
const node = join(root, 'node_modules/.bin/node')
/** Number of rehearsals whose journals and logs are kept. */
const keptRuns = 10
const whatStays =
  'The cloud ends by itself, with its containers and networks. Images of this rehearsal, and its files in .rehearsal/runs, stay.'

export async function main(args: readonly string[]): Promise<number> {
  const start = performance.now()
  const { help, prod, alarm, keep, json } = readCommandLine(args)
  if (help) {
    console.log(usage)
    return 0
  }
  const interruption = listenForInterruption(whatStays)
  const progress = new Progress(process.stdout)
  const folder = runFolder()
  progress.print('Rehearsal on a simulated AWS account')
  const source = new SourceRepository(root, ['.github', 'examples/web', 'terraform'], join(folder, 'source'))
  const cloud = await progress.during('cloud', () => startCloudProcess(folder))
  let code: number
  let isClean = false
  try {
    await createStateBucket(cloud.env, 'stage')
    if (prod) await createStateBucket(cloud.env, 'prod')
    if (alarm) await setUpMonitors(cloud.env)
    const baseImage = await progress.during('base image', () =>
      makeBaseImage(source.path('examples/web/base-image'), node, registryPort(cloud)),
    )
    const setup = {
      ...{ root, folder, cloud, source, baseImage, progress },
      watchMonitors: alarm,
      interrupted: interruption.signal,
    }
    const summary = await rehearse(setup, prod, start)
    report(summary, json)
    if (keep && !interruption.signal.aborted) await stayUp(cloud, progress, interruption)
    code = exitCode(summary, interruption)
  } finally {
    isClean = await progress.during('cleanup', () => cleanUp(cloud, source, folder))
  }
  return isClean ? code : code || 1
}

function report(summary: Summary, json: string | undefined): void {
  console.log(textSummary(summary))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(jsonSummary(summary), null, 2)}\n`)
}

function exitCode({ problems }: Summary, interruption: Interruption): number {
  // With --keep, Ctrl-C is how the user ends a rehearsal that succeeded.
  if (problems.length === 0) return 0
  return interruption.code() ?? 1
}

async function stayUp(cloud: CloudProcess, progress: Progress, { interrupted }: Interruption): Promise<void> {
  const exports = Object.entries(cloud.env).map(([name, value]) => `  export ${name}=${value}`)
  progress.print(`The simulated cloud runs until Ctrl-C. To use it from another shell:\n\n${exports.join('\n')}\n`)
  await interrupted
}

/**
 * Stops the cloud, which removes its containers and networks, and removes images and working files. Keeps journal and logs.
 * Returns whether all is removed, and prints what is not.
 */
async function cleanUp(cloud: CloudProcess, source: SourceRepository, folder: string): Promise<boolean> {
  for (const name of readdirSync(folder).filter((name) => name === 'source' || name.startsWith('run-'))) {
    rmSync(join(folder, name), { recursive: true, force: true })
  }
  let isClean = true
  for (const remove of [() => cloud.stop(), () => removeImages(registryPort(cloud), source.commits)]) {
    await remove().catch((error: Error) => {
      isClean = false
      console.error(`\n${error.message}`)
    })
  }
  return isClean
}

/** The cloud's port. Two rehearsals on one machine never share it, so it also serves as the rehearsal's id. */
const registryPort = (cloud: CloudProcess) => new URL(cloud.env['AWS_ENDPOINT_URL'] ?? '').port

/** Creates the folder for journal and logs, and removes those of older rehearsals. */
function runFolder(): string {
  const runs = join(root, '.rehearsal/runs')
  const folder = join(runs, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const old = readdirSync(runs).toSorted().slice(0, -keptRuns)
  for (const name of old.filter(isOver)) rmSync(join(runs, name), { recursive: true, force: true })
  return folder
}

/** Whether the rehearsal of this folder has ended. One with --keep may run for long. */
function isOver(name: string): boolean {
  try {
    process.kill(Number(name.slice(name.lastIndexOf('-') + 1)), 0)
    return false
  } catch {
    return true
  }
}
