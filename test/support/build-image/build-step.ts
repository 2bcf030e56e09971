// Two registries, and sources to build for them: the action's sources, as a process of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeTestImages } from '../busybox-image.ts'
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts'
import { runStep, type StepResult, source } from '../run-action.ts'
import { type ImageSources, imageSources } from './image-sources.ts'
import { type OciRegistry, startOciRegistry } from './oci-registry.ts'

export let one: OciRegistry
/** It wants a login. */
export let two: OciRegistry
/** Before `one`, to see what is asked of it. */
export let watched: FaultProxy
/** Of the test that runs. */
export let sources: ImageSources
/** RUNNER_TEMP of the action. */
export let temp: string

/** Starts the registries for the tests of a file, and gives each test sources of its own. `test` labels what is built. */
export function useRegistries(test: string): void {
  beforeAll(async () => {
    one = await startOciRegistry()
    two = await startOciRegistry({ auth: true })
    watched = await startFaultProxy({ host: '127.0.0.1', port: one.port })
    temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  })
  afterAll(async () => {
    await watched.close()
    await one.close()
    await two.close()
    await removeTestImages(test)
    rmSync(temp, { recursive: true, force: true })
  })
  beforeEach(() => {
    watched.reset()
    sources = imageSources(
      test,
      [
        'WORKDIR /app',
        'COPY app .',
        'RUN busybox date > /built && busybox rm /built && echo ok > /ok',
        'CMD ["busybox", "cat", "/ok"]',
      ],
      { 'app/hello.txt': 'hello\n', '.dockerignore': 'ignored\n', 'ignored/much': 'x'.repeat(1000) },
    )
  })
  afterEach(() => sources.remove())
}

/** Builds the sources. */
export const build = (
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<StepResult> =>
  runStep(source('build-image'), {
    inputs: { context: sources.folder, ...inputs },
    env: {
      GITHUB_SHA: 'a'.repeat(40),
      GITHUB_REPOSITORY: 'acme/web',
      SOURCE_DATE_EPOCH: '1700000000',
      RUNNER_TEMP: temp,
      AWS_ENDPOINT_URL: '',
      ...env,
    },
  })

export const pinned = (repository: string, digest: string | undefined) => `${repository}@${digest}`
