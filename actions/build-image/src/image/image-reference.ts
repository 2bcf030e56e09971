import { InputError } from '../../../../toolkit/errors.ts'

/** A repository: where its registry answers, and its name there. */
export interface Repository {
  /** The registry's host, with its port where it has one: `docker.io`, `127.0.0.1:5000`. */
  readonly host: string
  readonly path: string
}

export interface ImageReference {
  readonly repository: Repository
  readonly tag: string | undefined
  readonly digest: string | undefined
}

export const DOCKER_HUB = 'docker.io'

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?$/
const DIGEST = /^sha256:[0-9a-f]{64}$/

export const isDigest = (value: string): boolean => DIGEST.test(value)

/** `repository`, as people write it: `docker.io/library/alpine`. */
export const formatRepository = ({ host, path }: Repository): string => `${host}/${path}`

export function formatReference({ repository, tag, digest }: ImageReference): string {
  return `${formatRepository(repository)}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/**
 * Reads `[host/]path[:tag][@digest]`, with Docker's rule for what is a host.
 * @throws InputError that names `input` and the part that is wrong.
 */
export function parseReference(text: string, input: string): ImageReference {
  const scheme = /^[a-z]+:\/\//.exec(text)?.[0]
  if (scheme !== undefined) {
    throw new InputError(input, `has \`${text}\`, which begins with \`${scheme}\`.`, {
      hint: `Leave the scheme out: \`${text.slice(scheme.length)}\`.`,
    })
  }
  const [named = '', digest, ...more] = text.split('@')
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) {
    throw new InputError(input, `has \`${text}\`, whose digest is malformed.`, {
      hint: 'A digest is `@sha256:` and 64 hexadecimal digits.',
    })
  }
  const colon = named.lastIndexOf(':')
  const hasTag = colon > named.lastIndexOf('/')
  const tag = hasTag ? named.slice(colon + 1) : undefined
  if (tag !== undefined) checkTag(tag, input)
  return { repository: parseRepository(hasTag ? named.slice(0, colon) : named, input), tag, digest }
}

/** Reads `[host/]path`. @throws InputError that names `input` and the part that is wrong. */
export function parseRepository(text: string, input: string): Repository {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(0, slash))
  // Docker's own rule: without a dot, a port or "localhost", the first part is not a host but part of the name.
  const hasHost = slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const host = hasHost ? normaliseHost(first) : DOCKER_HUB
  const rest = hasHost ? text.slice(slash + 1) : text
  const path = host === DOCKER_HUB && rest !== '' && !rest.includes('/') ? `library/${rest}` : rest
  if (!HOST.test(host)) {
    throw new InputError(input, `has \`${text}\`, whose registry \`${host}\` is not a host name.`, {
      hint: 'Write `host[:port]/name`, for example `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web`.',
    })
  }
  if (!PATH.test(path) || path.length > 255) {
    throw new InputError(input, `has \`${text}\`, whose repository name \`${path}\` is malformed.`, {
      hint: /[A-Z]/.test(path)
        ? `Repository names are lower case: \`${path.toLowerCase()}\`.`
        : 'Use lower-case letters, digits and single `.`, `_`, `-` between them, in parts separated by `/`.',
    })
  }
  return { host, path }
}

/** @throws InputError when `tag` is not one. */
export function checkTag(tag: string, input: string): void {
  if (TAG.test(tag)) return
  const fixed = tag
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
  throw new InputError(input, `has the tag \`${tag}\`, which is malformed.`, {
    hint: `A tag is up to 128 letters, digits, \`_\`, \`.\` and \`-\`, and begins with none of the last two${fixed === '' ? '' : `: \`${fixed}\``}.`,
  })
}

const normaliseHost = (host: string) => (/^(index\.|registry-1\.)?docker\.io$/.test(host) ? DOCKER_HUB : host)
