// build-image as its tests run it on a modern engine: two registries, one of which wants a login, and folders of its own.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { runStep, type StepResult, source } from '../run-action.ts'
import { type ImageSources, imageSources } from './image-sources.ts'
import { type ModernEngine, startModernEngine } from './modern-engine.ts'
import { type OciRegistry, REGISTRY_USER, startOciRegistry } from './oci-registry.ts'

export interface ModernBuild {
  readonly engine: ModernEngine
  readonly open: OciRegistry
  readonly closed: OciRegistry
  readonly sources: ImageSources
  /** The Docker configuration's folder. */
  readonly config: string
  /** Runs the action, logged in to `closed`. Whatever came of it, no file is left in its temporary folder. */
  build(inputs: Readonly<Record<string, string>>, env?: Readonly<Record<string, string>>): Promise<StepResult>
  /** Pulls an image into the engine, and gives what it prints. */
  run(image: string | undefined): string
  close(): Promise<void>
}

export async function startModernBuild(
  store: 'containerd' | 'overlay2',
  test: string,
  steps: readonly string[],
): Promise<ModernBuild> {
  const [engine, open, closed] = await Promise.all([
    startModernEngine(store),
    startOciRegistry(),
    startOciRegistry({ auth: true }),
  ])
  const sources = imageSources(test, steps, { 'app/hello.txt': 'hello\n' })
  const [temp, config] = ['temp', 'docker-config'].map((name) => mkdtempSync(join(tmpdir(), `slipway-${name}-`))) as [
    string,
    string,
  ]
  return {
    engine,
    open,
    closed,
    sources,
    config,
    async build(inputs, env = {}) {
      const step = await runStep(source('build-image'), {
        inputs: {
          ...(inputs['promote'] === undefined ? { context: sources.folder } : {}),
          tags: 'v1',
          registry: closed.host,
          ...REGISTRY_USER,
          ...inputs,
        },
        env: {
          GITHUB_SHA: 'a'.repeat(40),
          SOURCE_DATE_EPOCH: '1700000000',
          RUNNER_TEMP: temp,
          DOCKER_CONFIG: config,
          AWS_ENDPOINT_URL: '',
          ...engine.env,
          ...env,
        },
      })
      expect(readdirSync(temp)).toEqual([])
      return step
    },
    run: (image = '') =>
      execFileSync('docker', ['run', '--rm', image], {
        encoding: 'utf8',
        env: { ...process.env, ...engine.env },
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    async close() {
      for (const one of [engine, open, closed]) await one.close()
      sources.remove()
      for (const folder of [temp, config]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const readRecord = (step: StepResult) => JSON.parse(step.outputs['build-record'] ?? '{}')

/** The content of every file in a folder, and of what is compressed there, for who looks for secrets in it. */
export function contentOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .map(({ parentPath, name }) => {
      const bytes = readFileSync(join(parentPath, name))
      return `${name}\n${(bytes.subarray(0, 2).equals(GZIP) ? gunzipSync(bytes) : bytes).toString('latin1')}`
    })
    .join('\n')
}

const GZIP = Buffer.from([0x1f, 0x8b])
