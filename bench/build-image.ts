// build-image against `docker build` and `docker push`, as ratios measured in one run:
// `node bench/build-image.ts [rounds] [what, as a regular expression]`.
// Needs a Docker engine, the docker CLI and docker-registry. Measures the bundle, as that is what users run.
import './help.ts'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { actionInputs } from '../test/support/action-inputs.ts'

const bundle = join(import.meta.dirname, '../actions/build-image/dist/index.js')
const LABEL = 'slipway.bench=build-image'
const ROUNDS = Number(process.argv[2] ?? 5)
const ONLY = new RegExp(process.argv[3] ?? '')
const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
let pushes = 0

interface Measured {
  readonly ms: number
  readonly peakMb: number
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const started = performance.now()
  const child = spawn(command, [...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const memory = watchMemory(child)
  const [code] = await once(child, 'close')
  const ms = performance.now() - started
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`)
  return { ms, peakMb: memory() }
}

/** Peak resident memory of a process. */
function watchMemory({ pid }: ChildProcess): () => number {
  let peak = 0
  const timer = setInterval(() => {
    try {
      peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? peak)
    } catch {
      // It has ended.
    }
  }, 20)
  return () => {
    clearInterval(timer)
    return peak / 1024
  }
}

/** build-image on a context; `more` are further inputs. */
function slipway(context: string, images: string, more: Readonly<Record<string, string>> = {}): Promise<Measured> {
  const env = actionInputs('build-image', { context, images, tags: 'v1', ...more })
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STATE: join(folder, 'state'), GITHUB_STEP_SUMMARY: '' }
  for (const file of [files.GITHUB_OUTPUT, files.GITHUB_STATE]) writeFileSync(file, '')
  return run(process.execPath, [bundle], {
    ...env,
    ...files,
    SOURCE_DATE_EPOCH: '1700000000',
    RUNNER_TEMP: folder,
    AWS_ENDPOINT_URL: '',
  })
}

async function plainDocker(context: string, image: string, flags: readonly string[] = []): Promise<Measured> {
  const build = await run('docker', ['build', ...flags, '--tag', `${image}:v1`, context], { DOCKER_BUILDKIT: '0' })
  const pushed = await run('docker', ['push', `${image}:v1`])
  return { ms: build.ms + pushed.ms, peakMb: build.peakMb }
}

/** Runs both in turns, so that both see the same load of the machine. Returns the medians and their ratio. */
async function compare(title: string, ours: () => Promise<Measured>, theirs: () => Promise<Measured>): Promise<void> {
  if (!ONLY.test(title)) return
  const times: { ours: number[]; theirs: number[]; peaks: number[] } = { ours: [], theirs: [], peaks: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [
      async () => {
        const { ms, peakMb } = await ours()
        times.ours.push(ms)
        times.peaks.push(peakMb)
      },
      async () => void times.theirs.push((await theirs()).ms),
    ]
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) {
      await settle()
      await turn()
    }
  }
  const [a, b] = [median(times.ours), median(times.theirs)]
  console.log(
    `${title.padEnd(46)} ${a.toFixed(0).padStart(6)} ms ${b.toFixed(0).padStart(6)} ms   ratio ${(a / b).toFixed(2)}   peak ${Math.max(...times.peaks).toFixed(0)} MB`,
  )
}

/** Waits for the disk writes and the engine's clean-up of a run, so that they do not slow down the next one. */
async function settle(): Promise<void> {
  spawnSync('sync')
  await sleep(300)
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** A typical service: a base layer, dependencies that compress well and badly, and an app. */
function service(): string {
  const context = join(folder, 'service')
  mkdirSync(join(context, 'dependencies'), { recursive: true })
  writeFileSync(join(context, 'busybox'), readFileSync('/bin/busybox'), { mode: 0o755 })
  const words = randomBytes(4096).toString('hex')
  for (let i = 0; i < 400; i++) writeFileSync(join(context, 'dependencies', `${i}.js`), (words + i).repeat(12))
  for (let i = 0; i < 10; i++) writeFileSync(join(context, 'dependencies', `${i}.bin`), randomBytes(2_000_000))
  writeFileSync(join(context, 'app.js'), 'hello\n')
  const lines = [
    'FROM scratch',
    'COPY busybox /bin/sh',
    'COPY busybox /bin/busybox',
    'WORKDIR /app',
    'COPY dependencies dependencies',
  ]
  lines.push(
    'RUN busybox cp -r dependencies vendored && busybox rm vendored/*.bin',
    'COPY app.js .',
    'CMD ["busybox", "true"]',
    `LABEL ${LABEL}`,
  )
  writeFileSync(join(context, 'Dockerfile'), `${lines.join('\n')}\n`)
  return context
}

/** 10,000 files and 500 MB, of which the image needs one folder. */
function repository(ignore: string): string {
  const context = join(folder, `repository-${ignore.length}`)
  for (let i = 0; i < 100; i++) {
    const at = join(context, 'node_modules', `package-${i}`, 'lib')
    mkdirSync(at, { recursive: true })
    const content = randomBytes(50_000)
    for (let k = 0; k < 100; k++) writeFileSync(join(at, `${k}.js`), content)
  }
  mkdirSync(join(context, 'src'))
  for (let i = 0; i < 50; i++) writeFileSync(join(context, 'src', `${i}.js`), `${i}`.repeat(1000))
  writeFileSync(join(context, '.dockerignore'), ignore)
  writeFileSync(join(context, 'Dockerfile'), `FROM scratch\nCOPY src /src\nLABEL ${LABEL}\n`)
  return context
}

async function startRegistry(): Promise<{ host: string; stop: () => void }> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  probe.close()
  const settings = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'registry') } },
    http: { addr: host },
  }
  writeFileSync(join(folder, 'registry.json'), JSON.stringify(settings))
  const child = spawn('docker-registry', ['serve', join(folder, 'registry.json')], { stdio: 'ignore' })
  for (let tries = 0; tries < 100 && !(await fetch(`http://${host}/v2/`).catch(() => undefined))?.ok; tries++)
    await sleep(50)
  return { host, stop: () => child.kill('SIGKILL') }
}

const registry = await startRegistry()
/** A new repository. Registries keep blobs by repository, so it has none. */
const fresh = () => `${registry.host}/bench/${++pushes}`
try {
  console.log(`Medians of ${ROUNDS} rounds, by turns.`.padEnd(46), 'build-image    docker')
  const context = service()
  const noCache = { 'NO-CACHE': 'true' }
  // New content each time: docker does not send layers again that it has pushed to any repository of this registry.
  const renew = () => writeFileSync(join(context, 'dependencies', '0.js'), randomBytes(50_000).toString('hex'))
  await compare(
    'cold: no cache, nothing in the registry',
    async () => {
      renew()
      return slipway(context, fresh(), noCache)
    },
    async () => {
      renew()
      return plainDocker(context, fresh(), ['--no-cache'])
    },
  )
  const known = fresh()
  await slipway(context, known)
  await compare(
    'unchanged sources, against a cold build',
    () => slipway(context, known),
    () => plainDocker(context, fresh(), ['--no-cache']),
  )
  await plainDocker(context, known)
  await compare(
    'unchanged sources, against a cached build',
    () => slipway(context, known),
    () => plainDocker(context, known),
  )
  let change = 0
  const touch = () => writeFileSync(join(context, 'app.js'), `hello ${++change}\n`)
  await compare(
    'one file changed, the rest cached and pushed',
    async () => {
      touch()
      return slipway(context, known)
    },
    async () => {
      touch()
      return plainDocker(context, known)
    },
  )
  for (const [title, ignore] of [
    ['context of 10,000 files, 500 MB, ignored', 'node_modules\n'],
    ['the same, sent', 'nothing\n'],
  ] as const) {
    const large = repository(ignore)
    const ours = () => slipway(large, fresh(), noCache)
    await compare(title, ours, () => plainDocker(large, fresh(), ['--no-cache']))
    rmSync(large, { recursive: true })
  }
} finally {
  registry.stop()
  const images = spawnSync('docker', ['image', 'ls', '--quiet', '--filter', `label=${LABEL}`], { encoding: 'utf8' })
  const ids = [...new Set(images.stdout.split('\n').filter((id) => id !== ''))]
  if (ids.length > 0) spawnSync('docker', ['image', 'rm', '--force', ...ids])
  rmSync(folder, { recursive: true, force: true })
}
