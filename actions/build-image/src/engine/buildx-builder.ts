import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'

/** The program that buildx is here, and what comes before its arguments. */
export type Buildx = readonly [string, ...string[]]

/** How buildx is called here: as Docker's plug-in, or by itself. */
export async function findBuildx({ query, env, signal }: Pick<World, 'query' | 'env' | 'signal'>): Promise<Buildx> {
  for (const command of [['docker', 'buildx'], ['docker-buildx'], ['buildx']] as const) {
    const [program, ...args] = command
    const answer = await query(program, [...args, 'version'], { env, signal }).catch(() => undefined)
    if (signal.aborted) throw signal.reason
    if (answer?.code === 0) return command
  }
  throw new SlipwayError('This build needs buildx, and there is none on this machine.', {
    hint: 'Run docker/setup-buildx-action in an earlier step; GitHub’s own runners have buildx already.',
  })
}

/** A buildx builder, as far as it matters here. */
export interface Builder {
  readonly name: string
  readonly driver: string
  /** Whether it is the Docker engine itself, which keeps what it builds. */
  readonly isEngine: boolean
  /** Whether that engine keeps its images in containerd: then it can do all that a builder of its own can. */
  readonly inContainerd: boolean
  /** The platform that it names first, which is its own; `undefined` where it names none. */
  readonly platform: string | undefined
}

/** Asks buildx for the builder of this name, or for its current one. @throws SlipwayError when there is none. */
export async function inspectBuilder(
  [program, ...prefix]: Buildx,
  name: string | undefined,
  { env, query, signal }: Pick<World, 'env' | 'query' | 'signal'>,
): Promise<Builder> {
  const inspect = await query(program, [...prefix, 'inspect', ...(name === undefined ? [] : [name])], { env, signal })
  if (inspect.code !== 0) {
    throw new SlipwayError(`buildx has no builder to use: ${inspect.stderr.trim()}`, {
      hint: 'Run docker/setup-buildx-action in an earlier step, or correct the input `builder`.',
    })
  }
  const said = (pattern: RegExp) => pattern.exec(inspect.stdout)?.[1]
  const driver = said(/^Driver:\s+(\S+)/m) ?? ''
  const isEngine = driver === 'docker'
  return {
    name: said(/^Name:\s+(\S+)/m) ?? 'default',
    driver,
    isEngine,
    // The older store has no snapshotter, and so does not name one.
    inContainerd: isEngine && /^\s*org\.mobyproject\.buildkit\.worker\.snapshotter:/m.test(inspect.stdout),
    platform: said(/^Platforms:[ \t]+([a-z0-9/_]+)/m),
  }
}
