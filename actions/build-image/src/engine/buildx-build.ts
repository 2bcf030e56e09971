import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'
import type { BuildInputs } from '../inputs/build-inputs.ts'
import type { BuildStep } from './build-steps.ts'
import { findBuildx, inspectBuilder } from './buildx-builder.ts'
import { BuildxProgress } from './buildx-progress.ts'

/** A build with buildx. */
export interface BuildxBuild {
  readonly inputs: BuildInputs
  /** The context, as a tar stream. */
  readonly context: Readable
  /** Path of the Dockerfile in the context. */
  readonly dockerfile: string
  readonly labels: readonly Pair[]
  readonly epoch: number
  readonly pull: boolean
  /** Folder for the files that buildx writes. */
  readonly folder: string
  /** Environment of buildx. DOCKER_CONFIG may name a configuration with logins. */
  readonly env: Environment
}

export interface BuildxResult {
  readonly steps: readonly BuildStep[]
  readonly output: BuildxOutput
}

/** Where buildx left the image: in the Docker engine under one of these ids, or in a folder as an OCI image layout. */
export type BuildxOutput =
  | { readonly kind: 'engine'; readonly ids: readonly string[] }
  | { readonly kind: 'layout'; readonly folder: string }

/**
 * Builds an image with buildx, and does not push it: first it may be tested and measured. Secrets are passed in the environment,
 * the context on standard input.
 */
export async function buildWithBuildx(
  build: BuildxBuild,
  world: Pick<World, 'exec' | 'query' | 'clock' | 'log' | 'signal'>,
): Promise<BuildxResult> {
  const { env, folder, inputs } = build
  const [program, ...prefix] = await findBuildx({ ...world, env })
  const builder = await inspectBuilder([program, ...prefix], inputs.builder, { ...world, env })
  world.log.info(`Builder: ${builder.name} (${builder.driver})`)
  const inEngine = builder.isEngine && !(builder.inContainerd && asksForIndex(inputs))
  if (builder.isEngine && !builder.inContainerd) refuseUnsupportedByOldStore(inputs)
  const layout = join(folder, 'layout')
  const metadata = join(folder, 'metadata.json')
  const output = inEngine
    ? 'type=docker'
    : `type=oci,tar=false,dest=${layout}${inputs.reproducible ? ',rewrite-timestamp=true' : ''}`
  const args = [...prefix, ...buildxArguments(build), `--output=${output}`, `--metadata-file=${metadata}`, '-']
  const progress = new BuildxProgress(world.log, world.clock)
  const result = await world.exec(program, args, {
    env: { ...env, ...secretVariables(inputs), SOURCE_DATE_EPOCH: String(build.epoch) },
    input: build.context,
    onLine: (line) => progress.write(line),
    signal: world.signal,
    discard: true,
  })
  if (result.code !== 0) {
    throw new SlipwayError(`The build failed: ${progress.failure() ?? `buildx ended with code ${result.code}`}`, {
      hint: 'See the output of the step above. `docker buildx build` fails in the same way.',
    })
  }
  const steps = progress.steps()
  const left: BuildxOutput = inEngine
    ? { kind: 'engine', ids: await readImageIds(metadata) }
    : { kind: 'layout', folder: layout }
  return { steps, output: left }
}

/** The arguments of `docker buildx build`. Of secrets they have only the ids. */
export function buildxArguments({ inputs, dockerfile, labels, pull }: BuildxBuild): readonly string[] {
  const { buildArgs, target, platforms, network, noCache, cacheFrom, cacheTo, secrets, provenance, sbom, builder } =
    inputs
  const each = <T>(items: readonly T[], format: (item: T, at: number) => string) => items.map(format)
  const maybe = (flag: string, value: string | undefined) => (value === undefined ? [] : [`--${flag}=${value}`])
  return [
    'build',
    '--progress=plain',
    `--file=${dockerfile}`,
    ...maybe('builder', builder),
    ...maybe('target', target),
    ...maybe('network', network),
    ...maybe('platform', platforms.length === 0 ? undefined : platforms.join(',')),
    ...each(buildArgs, ({ key, value }) => `--build-arg=${key}=${value}`),
    ...each(labels, ({ key, value }) => `--label=${key}=${value}`),
    ...each(cacheFrom, (source) => `--cache-from=${source}`),
    ...each(cacheTo, (sink) => `--cache-to=${sink}`),
    ...each(secrets, (secret, at) =>
      secret.kind === 'file'
        ? `--secret=id=${secret.id},${csvField(`src=${secret.file}`)}`
        : `--secret=id=${secret.id},env=${variable(at)}`,
    ),
    `--provenance=${provenance ?? 'false'}`,
    `--sbom=${sbom ?? 'false'}`,
    ...(noCache ? ['--no-cache'] : []),
    ...(pull ? ['--pull'] : []),
  ]
}

/** buildx parses the options of a secret as comma-separated values. */
const csvField = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const variable = (at: number) => `SLIPWAY_BUILD_SECRET_${at}`

const secretVariables = ({ secrets }: BuildInputs): Record<string, string> =>
  Object.fromEntries(secrets.flatMap((secret, at) => (secret.kind === 'value' ? [[variable(at), secret.value]] : [])))

/** Whether the build results in an index: several images, or one with attestations. */
const asksForIndex = ({ platforms, provenance, sbom }: BuildInputs) =>
  platforms.length > 1 || provenance !== undefined || sbom !== undefined

function refuseUnsupportedByOldStore({ platforms, provenance, sbom, cacheTo }: BuildInputs): void {
  const asked = [
    platforms.length > 1 ? 'platforms' : undefined,
    provenance === undefined ? undefined : 'provenance',
    sbom === undefined ? undefined : 'sbom',
    cacheTo.some((sink) => !/(^|,)type=inline/.test(sink)) ? 'cache-to' : undefined,
  ].find((input) => input !== undefined)
  if (asked === undefined) return
  throw new SlipwayError(`Input \`${asked}\` is not supported by this Docker engine’s image store.`, {
    hint: 'Run docker/setup-buildx-action in an earlier step: it creates a builder with the driver docker-container. Or enable the containerd image store (`features.containerd-snapshotter` in the engine’s daemon.json).',
  })
}

/** The possible ids of the image: the digest of its manifest (containerd image store) or of its configuration (older store). */
async function readImageIds(metadata: string): Promise<readonly string[]> {
  const facts = JSON.parse(await readFile(metadata, 'utf8')) as Record<string, string | undefined>
  const ids = [facts['containerimage.digest'], facts['containerimage.config.digest']].filter((id) => id !== undefined)
  if (ids.length === 0)
    throw new SlipwayError('buildx succeeded, but its metadata file names no image.', {
      hint: 'Update buildx, for example with docker/setup-buildx-action and `version: latest`.',
    })
  return ids
}
