import { join, resolve } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader, Pair } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { type BuildSecret, readSecrets } from './build-secrets.ts'
import { readCaches } from './cache-inputs.ts'
import { refuseSecretArgs } from './secret-build-args.ts'

const ENGINES = ['auto', 'docker', 'buildx'] as const

/** What is built, and how. */
export interface BuildInputs {
  readonly context: string
  readonly file: string
  readonly target: string | undefined
  readonly buildArgs: readonly Pair[]
  readonly labels: readonly Pair[]
  readonly platforms: readonly string[]
  readonly secrets: readonly BuildSecret[]
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
  readonly provenance: string | undefined
  readonly sbom: string | undefined
  readonly network: string | undefined
  readonly pull: boolean
  readonly noCache: boolean
  readonly engine: (typeof ENGINES)[number]
  readonly builder: string | undefined
  readonly reproducible: boolean
}

/** Reads the inputs that say what is built and how. Paths are resolved against `workspace`. */
export function readBuild(reader: InputReader, workspace: string, env: Environment): BuildInputs {
  const context = resolve(workspace, reader.text('context') ?? '.')
  const file = reader.text('file')
  const buildArgs = reader.pairs('build-args')
  refuseSecretArgs(buildArgs)
  return {
    context,
    file: file === undefined ? join(context, 'Dockerfile') : resolve(workspace, file),
    target: reader.text('target'),
    buildArgs,
    labels: reader.pairs('labels'),
    platforms: readPlatforms(reader, env),
    secrets: readSecrets(reader, env, workspace),
    cacheFrom: readCaches(reader, 'cache-from'),
    cacheTo: readCaches(reader, 'cache-to'),
    provenance: readAttestation(reader, 'provenance', /^mode=(min|max)$/, 'mode=max'),
    sbom: readAttestation(reader, 'sbom', /^generator=\S+$/, 'generator=IMAGE'),
    network: reader.text('network'),
    pull: reader.flag('pull', false),
    noCache: reader.flag('no-cache', false),
    engine: reader.choice('engine', ENGINES, 'auto'),
    builder: reader.text('builder'),
    reproducible: reader.flag('reproducible', true),
  }
}

const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/

function readPlatforms(reader: InputReader, env: Environment): readonly string[] {
  const platforms = reader.list('platforms')
  const usual = env['DOCKER_DEFAULT_PLATFORM']
  if (platforms.length === 0 && usual) {
    if (PLATFORM.test(usual)) return [usual]
    throw new InputError(
      'platforms',
      `is not set, and DOCKER_DEFAULT_PLATFORM is \`${usual}\`, which is not a platform.`,
      { hint: 'Write os/architecture in one of them, such as `linux/arm64`.' },
    )
  }
  for (const platform of platforms) {
    if (!PLATFORM.test(platform)) {
      throw new InputError('platforms', `has \`${platform}\`, which is not a platform.`, {
        hint: 'Write os/architecture, such as `linux/amd64` or `linux/arm64`.',
      })
    }
  }
  return platforms
}

/** `true` or an option such as `mode=max`; `undefined` when the attestation is off. */
function readAttestation(reader: InputReader, name: string, option: RegExp, form: string): string | undefined {
  const value = reader.text(name) ?? 'false'
  if (option.test(value)) return value
  return reader.flag(name, false, `Write \`true\`, \`false\` or \`${form}\`.`) ? 'true' : undefined
}

/** The inputs that need buildx, as a log line names them. */
export function buildxInputs(build: BuildInputs): readonly string[] {
  const { platforms, secrets, cacheTo, cacheFrom, provenance, sbom, builder } = build
  return [
    platforms.length > 1 ? `\`platforms: ${platforms.join(',')}\`` : undefined,
    secrets.length > 0 ? 'a build secret' : undefined,
    cacheTo.length > 0 ? '`cache-to`' : undefined,
    // The classic builder can use only images of the engine as a cache.
    cacheFrom.length > 0 ? '`cache-from`' : undefined,
    provenance === undefined ? undefined : '`provenance`',
    sbom === undefined ? undefined : '`sbom`',
    builder === undefined ? undefined : '`builder`',
  ].filter((need) => need !== undefined)
}
