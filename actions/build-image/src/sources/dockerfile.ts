import { readFileSync, statSync } from 'node:fs'
import { InputError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import { expand } from './dockerfile-variables.ts'

export interface DockerfileStage {
  readonly name: string | undefined
  /** An image, the name of another stage, or `scratch`; `undefined` when it depends on a value that is not known. */
  readonly base: string | undefined
}

/** What is known of a Dockerfile before the build. */
export interface Dockerfile {
  readonly text: string
  readonly stages: readonly DockerfileStage[]
  /** Every image that is pulled: of FROM, COPY --from, RUN --mount from, and the syntax directive. */
  readonly images: readonly string[]
  /**
   * The first instruction whose content is not known before the build: an image with an unknown name, or a URL. `undefined` when
   * the build depends on the context and `images` only.
   */
  readonly unknown: string | undefined
  /** Names that ARG instructions declare. */
  readonly args: ReadonlySet<string>
  /** Syntax that only BuildKit supports, such as `RUN --mount`, for the log. */
  readonly needsBuildKit: string | undefined
}

/** Reads the Dockerfile. @throws InputError when it cannot be read, has no FROM, or lacks the stage `target`. */
export function readDockerfile(path: string, buildArgs: readonly Pair[], target: string | undefined): Dockerfile {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isFile()) {
    throw new InputError(
      'file',
      `is \`${path}\`, ${stats === undefined ? 'which does not exist' : 'which is not a file'}.`,
      {
        hint: 'Write the path of the Dockerfile relative to the workspace; without the input it is `<context>/Dockerfile`.',
      },
    )
  }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new InputError('file', `is \`${path}\`, which cannot be read.`, { hint: 'Check its permissions.', cause })
  }
  const dockerfile = parseDockerfile(text, buildArgs)
  if (dockerfile.stages.length === 0) {
    throw new InputError('file', `is \`${path}\`, which has no FROM.`, {
      hint: 'A Dockerfile begins with `FROM <image>`.',
    })
  }
  checkTarget(dockerfile, target, path)
  return dockerfile
}

function checkTarget({ stages }: Dockerfile, target: string | undefined, path: string): void {
  if (target === undefined) return
  const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]))
  if (names.includes(target.toLowerCase()) || (/^\d+$/.test(target) && Number(target) < stages.length)) return
  throw new InputError('target', `is \`${target}\`, but \`${path}\` has no such stage.`, {
    hint: names.length === 0 ? 'Name a stage with `FROM … AS <name>`.' : `Its stages are: ${names.join(', ')}.`,
  })
}

/** Index of the stage that is built. */
export function stageIndex({ stages }: Dockerfile, target: string | undefined): number {
  if (target === undefined) return stages.length - 1
  const named = stages.findIndex(({ name }) => name === target.toLowerCase())
  return named < 0 ? Number(target) : named
}

interface Instruction {
  readonly name: string
  readonly flags: readonly string[]
  readonly rest: string
  readonly heredoc: boolean
  /** As it is written, for the log. */
  readonly line: string
}

export function parseDockerfile(text: string, buildArgs: readonly Pair[]): Dockerfile {
  const given = new Map(buildArgs.map(({ key, value }) => [key, value]))
  const globals = new Map<string, string | undefined>()
  const stages: DockerfileStage[] = []
  const images = new Set<string>()
  const args = new Set<string>()
  const needs = new Set<string>()
  let unknown: string | undefined

  const use = (image: string | undefined, line: string) => {
    if (!image || /[$"'\\]/.test(image)) unknown ??= line
    else if (image !== 'scratch' && !/^\d+$/.test(image) && !stages.some(({ name }) => name === image.toLowerCase())) {
      images.add(image)
    }
  }

  const syntax = /^#\s*syntax\s*=\s*(\S+)/im.exec(leadingComments(text))?.[1]
  if (syntax !== undefined) {
    images.add(syntax)
    needs.add(`# syntax=${syntax}`)
  }
  const frontend = given.get('BUILDKIT_SYNTAX')
  if (frontend !== undefined) {
    images.add(frontend)
    needs.add('the build argument BUILDKIT_SYNTAX')
  }

  for (const { name, flags, rest, heredoc, line } of readInstructions(text)) {
    if (heredoc) needs.add(`a here-document in ${name}`)
    if (name === 'ARG') {
      for (const [, key = '', , value] of rest.matchAll(/([A-Za-z_]\w*)(=("[^"]*"|'[^']*'|\S*))?/g)) {
        args.add(key)
        if (stages.length > 0) continue
        const chosen = given.get(key)
        if (chosen !== undefined) globals.set(key, chosen)
        else if (value !== undefined) globals.set(key, expand(unquote(value), globals))
      }
    } else if (name === 'FROM') {
      const [image = '', as, stage] = rest.split(/\s+/)
      const base = expand(unquote(image), globals)
      use(base, line)
      stages.push({ base, name: as?.toUpperCase() === 'AS' ? stage?.toLowerCase() : undefined })
    }
    if (name === 'ADD' && addsFromElsewhere(flags, rest)) unknown ??= line
    for (const flag of flags) {
      const [, from] = /^--from=(.+)$/.exec(flag) ?? /^--mount=.*\bfrom=([^,]+)/.exec(flag) ?? []
      if (from !== undefined) use(from, line)
      const buildKitOnly = /^--(mount|network|security|link|parents|exclude|checksum|keep-git-dir|chmod)\b/.exec(flag)
      if (buildKitOnly !== null) needs.add(`${name} ${buildKitOnly[0]}`)
    }
  }
  return { text, stages, images: [...images], unknown, args, needsBuildKit: [...needs][0] }
}

/** Whether ADD reads a URL, or a value that may be one. With a checksum its content is fixed. */
function addsFromElsewhere(flags: readonly string[], rest: string): boolean {
  if (flags.some((flag) => flag.startsWith('--checksum='))) return false
  const words = /^\[/.test(rest)
    ? [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word)
    : rest.split(/\s+/)
  // The last word is the destination.
  return words.slice(0, -1).some((source) => /\$|^["']?(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:)/i.test(source))
}

/** Splits a Dockerfile into instructions. Comments are removed, continued lines joined, here-documents skipped. */
function* readInstructions(text: string): Generator<Instruction> {
  const continued = /^#\s*escape\s*=\s*(\S)/im.exec(leadingComments(text))?.[1] === '`' ? '`' : '\\'
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at++) {
    let line = (lines[at] ?? '').trim()
    if (line === '' || line.startsWith('#')) continue
    while (line.endsWith(continued) && at + 1 < lines.length) {
      const next = (lines[++at] ?? '').trim()
      // Comments and empty lines within an instruction are skipped.
      if (next === '' || next.startsWith('#')) continue
      line = `${line.slice(0, -1)} ${next}`
    }
    // ONBUILD: an instruction for images that are built on this one, such as a later stage of this file.
    line = line.replace(/^(?:ONBUILD\s+)+/i, '')
    const [, name = '', tail = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? []
    const flags = /^(?:--\S+\s+)*/.exec(tail)?.[0].trim().split(/\s+/).filter(Boolean) ?? []
    const documents = /^(RUN|COPY|ADD)$/i.test(name) ? [...tail.matchAll(/(?<![<\w])<<-?(["']?)([A-Za-z_]\w*)\1/g)] : []
    yield {
      name: name.toUpperCase(),
      flags,
      rest: tail.replace(/^(?:--\S+\s+)*/, '').trim(),
      heredoc: documents.length > 0,
      line,
    }
    for (const [, , end] of documents) while (++at < lines.length && lines[at]?.replace(/^\t+/, '') !== end);
  }
}

const leadingComments = (text: string) => /^(?:\s*#.*(?:\r?\n|$))*/.exec(text.replace(/^\uFEFF/, ''))?.[0] ?? ''
const unquote = (value: string) => value.replace(/^(["'])(.*)\1$/s, '$2')
