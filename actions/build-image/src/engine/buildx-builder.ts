import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'

/** The program and the arguments that start buildx. */
export type Buildx = readonly [string, ...string[]]

/** Finds buildx, as a plug-in of Docker or as a program of its own. @throws SlipwayError when there is none. */
export async function findBuildx({ query, env, signal }: Pick<World, 'query' | 'env' | 'signal'>): Promise<Buildx> {
  for (const command of [['docker', 'buildx'], ['docker-buildx'], ['buildx']] as const) {
    const [program, ...args] = command
    const answer = await query(program, [...args, 'version'], { env, signal }).catch(() => undefined)
    if (signal.aborted) throw signal.reason
    if (answer?.code === 0) return command
  }
  throw new SlipwayError('This build needs buildx, which is not installed on this machine.', {
    hint: 'Run docker/setup-buildx-action in an earlier step; GitHub’s own runners have buildx already.',
  })
}

/** A buildx builder. */
export interface Builder {
  readonly name: string
  readonly driver: string
  /** True for the BuildKit of the Docker engine, which keeps the image that it builds. */
  readonly isEngine: boolean
  /** True when that engine uses the containerd image store. Then it can do all that another builder can. */
  readonly inContainerd: boolean
  /** Its native platform, which it lists first; `undefined` when it lists none. */
  readonly platform: string | undefined
}

/** Reads the builder of this name, or the current one. @throws SlipwayError when there is none. */
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
    // The older image store has no snapshotter, so it lists none.
    inContainerd: isEngine && /^\s*org\.mobyproject\.buildkit\.worker\.snapshotter:/m.test(inspect.stdout),
    platform: said(/^Platforms:[ \t]+([a-z0-9/_]+)/m),
  }
}
