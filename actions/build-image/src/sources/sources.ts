import { relative, sep } from 'node:path'
import type { World } from '../../../../toolkit/runtime.ts'
import { formatSize } from '../image/size.ts'
import type { BuildInputs } from '../inputs/build-inputs.ts'
import { type Commit, readCommit } from './commit.ts'
import { type BuildContext, readContext } from './context.ts'
import { type ExtraFile, packContext } from './context-tar.ts'
import { type Dockerfile, readDockerfile } from './dockerfile.ts'
import { findIgnoreFile, type IgnoreFile } from './ignore-file.ts'

/** Everything that an image is built from. */
export interface Sources {
  readonly dockerfile: Dockerfile
  /** Path of the Dockerfile in the context. */
  readonly dockerfilePath: string
  readonly context: BuildContext
  readonly ignore: IgnoreFile
  readonly commit: Commit
}

/** Name of a Dockerfile from outside of the context. It is added to the context and hidden from COPY. */
const OUTSIDE = '.dockerfile.slipway'

/** Reads the sources, and logs what was read. @throws InputError that names what is wrong. */
export async function readSources(build: BuildInputs, world: World): Promise<Sources> {
  const ignore = findIgnoreFile(build.context, build.file)
  const context = readContext(build.context, build.file, ignore)
  const dockerfile = readDockerfile(build.file, build.buildArgs, build.target)
  const commit = await readCommit(build.context, world)
  const inside = relative(build.context, build.file).split(sep).join('/')
  world.log.info(`Context: ${context.entries.length} entries, ${formatSize(context.size)}`)
  world.log.info(`Image time: ${new Date(commit.epoch * 1000).toISOString()} (from ${commit.epochFrom})`)
  warnOfBrokenLinks(context, world)
  return { dockerfile, dockerfilePath: inside.startsWith('../') ? OUTSIDE : inside, context, ignore, commit }
}

/** The context as a tar stream, with the Dockerfile in it. */
export function packSources({ dockerfile, dockerfilePath, context, ignore, commit }: Sources) {
  const extra: ExtraFile[] =
    dockerfilePath === OUTSIDE
      ? [
          { path: OUTSIDE, content: Buffer.from(dockerfile.text) },
          // The classic builder reads the Dockerfile first, and then removes from the context what this file lists.
          { path: '.dockerignore', content: Buffer.from(`${ignore.text}\n${OUTSIDE}\n.dockerignore\n`) },
        ]
      : []
  return packContext(context, commit.epoch, extra)
}

function warnOfBrokenLinks({ brokenLinks }: BuildContext, { log }: World): void {
  if (brokenLinks.length === 0) return
  const shown = brokenLinks.slice(0, 5).map((link) => `\`${link}\``)
  const more = brokenLinks.length > shown.length ? ` and ${brokenLinks.length - shown.length} more` : ''
  log.warning(
    `The context has symbolic links without a target, which are copied as they are: ${shown.join(', ')}${more}.`,
  )
}
