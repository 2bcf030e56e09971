import { readFileSync, statSync } from 'node:fs'
import { InputError } from '../../../toolkit/errors.ts'
import type { Pair } from '../../../toolkit/inputs.ts'

export interface Stage {
  readonly name: string | undefined
  /** An image, another stage's name, or `scratch`; `undefined` when it depends on a value that nobody gave. */
  readonly base: string | undefined
}

/** What a Dockerfile says that matters before it is built. */
export interface Dockerfile {
  readonly text: string
  readonly stages: readonly Stage[]
  /** Every image that is pulled: for FROM, COPY --from, RUN --mount from, and the syntax directive. */
  readonly images: readonly string[]
  /** Whether `images` is all there is. */
  readonly complete: boolean
  /** Names that ARG declares. */
  readonly args: ReadonlySet<string>
  /** What in it only BuildKit understands, for people: `RUN --mount`. */
  readonly needsBuildKit: string | undefined
}

/** Reads the Dockerfile. @throws InputError that names the path, when there is none. */
export function readDockerfile(path: string, buildArgs: readonly Pair[], target: string | undefined): Dockerfile {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isFile()) {
    throw new InputError(
      'file',
      `is \`${path}\`, ${stats === undefined ? 'which is not there' : 'which is not a file'}.`,
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

interface Instruction {
  readonly name: string
  readonly flags: readonly string[]
  readonly rest: string
  readonly heredoc: boolean
}

export function parseDockerfile(text: string, buildArgs: readonly Pair[]): Dockerfile {
  const given = new Map(buildArgs.map(({ key, value }) => [key, value]))
  const globals = new Map<string, string>()
  const stages: Stage[] = []
  const images = new Set<string>()
  const args = new Set<string>()
  const needs = new Set<string>()
  let complete = true

  const use = (image: string | undefined) => {
    if (image === undefined) complete = false
    else if (image !== 'scratch' && !/^\d+$/.test(image) && !stages.some(({ name }) => name === image.toLowerCase())) {
      images.add(image)
    }
  }

  const syntax = /^#\s*syntax\s*=\s*(\S+)/im.exec(leadingComments(text))?.[1]
  if (syntax !== undefined) {
    images.add(syntax)
    needs.add(`# syntax=${syntax}`)
  }

  for (const { name, flags, rest, heredoc } of readInstructions(text)) {
    if (heredoc) needs.add(`a here-document in ${name}`)
    if (name === 'ARG') {
      for (const [, key = '', , value] of rest.matchAll(/([A-Za-z_]\w*)(=("[^"]*"|'[^']*'|\S*))?/g)) {
        args.add(key)
        const chosen = given.get(key) ?? (value === undefined ? undefined : expand(unquote(value), globals))
        if (stages.length === 0 && chosen !== undefined) globals.set(key, chosen)
      }
    } else if (name === 'FROM') {
      const [image = '', as, stage] = rest.split(/\s+/)
      const base = expand(unquote(image), globals)
      use(base)
      stages.push({ base, name: as?.toUpperCase() === 'AS' ? stage?.toLowerCase() : undefined })
    }
    for (const flag of flags) {
      const [, from] = /^--from=(.+)$/.exec(flag) ?? /^--mount=.*\bfrom=([^,]+)/.exec(flag) ?? []
      if (from !== undefined) use(from.includes('$') ? undefined : from)
      const buildKitOnly = /^--(mount|network|security|link|parents|exclude|checksum|keep-git-dir|chmod)\b/.exec(flag)
      if (buildKitOnly !== null) needs.add(`${name} ${buildKitOnly[0]}`)
    }
  }
  return { text, stages, images: [...images], complete, args, needsBuildKit: [...needs][0] }
}

/** Splits a Dockerfile into instructions: comments out, continued lines joined, here-documents skipped. */
function* readInstructions(text: string): Generator<Instruction> {
  const continued = /^#\s*escape\s*=\s*(\S)/im.exec(leadingComments(text))?.[1] === '`' ? '`' : '\\'
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at++) {
    let line = (lines[at] ?? '').trim()
    if (line === '' || line.startsWith('#')) continue
    while (line.endsWith(continued) && at + 1 < lines.length) {
      const next = (lines[++at] ?? '').trim()
      // A comment or an empty line inside a continued instruction is passed over.
      if (next === '' || next.startsWith('#')) continue
      line = `${line.slice(0, -1)} ${next}`
    }
    const [, name = '', tail = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? []
    const flags = /^(?:--\S+\s+)*/.exec(tail)?.[0].trim().split(/\s+/).filter(Boolean) ?? []
    const documents = /^(RUN|COPY|ADD)$/i.test(name) ? [...tail.matchAll(/(?<![<\w])<<-?(["']?)([A-Za-z_]\w*)\1/g)] : []
    yield {
      name: name.toUpperCase(),
      flags,
      rest: tail.replace(/^(?:--\S+\s+)*/, '').trim(),
      heredoc: documents.length > 0,
    }
    for (const [, , end] of documents) while (++at < lines.length && lines[at]?.replace(/^\t+/, '') !== end);
  }
}

const leadingComments = (text: string) => /^(?:\s*#.*(?:\r?\n|$))*/.exec(text.replace(/^\uFEFF/, ''))?.[0] ?? ''
const unquote = (value: string) => value.replace(/^(["'])(.*)\1$/s, '$2')

/** Puts values in for `$A`, `${A}`, `${A:-b}` and `${A:+b}`; `undefined` when a value is needed that is not known. */
function expand(text: string, values: ReadonlyMap<string, string>): string | undefined {
  let known = true
  const expanded = text.replace(/\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g, (_, plain, braced, operator, word) => {
    const value = values.get(plain ?? braced)
    if (operator === '+') return value ? word : ''
    if (value) return value
    if (operator === '-') return word
    known = false
    return ''
  })
  return known && expanded !== '' ? expanded : undefined
}
