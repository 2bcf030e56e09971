// Docker's grammar of image references, https://github.com/distribution/reference, which Docker, containerd and ECS all use. The
// ports of it on npm are years behind it: no IPv6 hosts, no repeated dashes, no word on what is wrong.
import { isIPv6 } from 'node:net'
import { InputError } from './errors.ts'

/** A repository of a registry. */
export interface Repository {
  /** The registry's host, with its port where it has one: `docker.io`, `127.0.0.1:5000`. */
  readonly host: string
  /** Without the host: `library/alpine`. */
  readonly path: string
}

export interface ImageReference {
  readonly repository: Repository
  readonly tag: string | undefined
  readonly digest: string | undefined
}

/** A text that does not follow the grammar. */
export interface Malformed {
  readonly kind: 'malformed'
  /** What is wrong, to go after what the text is: "has `web:`, whose tag …". */
  readonly problem: string
  /** What to write instead. */
  readonly hint: string
}

export const DOCKER_HUB = 'docker.io'

const TAG = /^\w[\w.-]{0,127}$/
const NAME = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const PATH = new RegExp(`^${NAME}(?:/${NAME})*$`)
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[([0-9a-fA-F:]+)\\])(?::(\\d+))?$`)
const DIGEST = /^sha256:[0-9a-f]{64}$/
const IMAGE_ID = /^[0-9a-f]{64}$/
/** In characters, without the host. */
const LONGEST_PATH = 255

/** True for `sha256:` and 64 digits: the one algorithm that ECR, Docker Hub and ECS have. */
export const isDigest = (value: string): boolean => DIGEST.test(value)

/** `docker.io/library/alpine` */
export const formatRepository = ({ host, path }: Repository): string => `${host}/${path}`

/** `docker.io/library/alpine:3.22@sha256:…` */
export function formatReference({ repository, tag, digest }: ImageReference): string {
  return `${formatRepository(repository)}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** Parses `[host[:port]/]path[:tag][@digest]`. What has no host is on Docker Hub, in `library/` where it is one name. */
export function parseReference(text: string): ({ readonly kind: 'reference' } & ImageReference) | Malformed {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0]
  if (scheme !== undefined) {
    return malformed(
      `has \`${text}\`, which begins with \`${scheme}\``,
      `Leave the scheme out: \`${text.slice(scheme.length)}\`.`,
    )
  }
  const [named = '', digest, ...more] = text.split('@')
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) {
    return malformed(`has \`${text}\`, whose digest is malformed`, 'A digest is `@sha256:` and 64 hexadecimal digits.')
  }
  const colon = named.lastIndexOf(':')
  // Before the last slash it is the port of the host.
  const hasTag = colon > named.lastIndexOf('/')
  const tag = hasTag ? named.slice(colon + 1) : undefined
  const repository = parseRepository(hasTag ? named.slice(0, colon) : named)
  if (repository.kind === 'malformed') return repository
  if (tag !== undefined && !TAG.test(tag)) return malformedTag(tag)
  return { kind: 'reference', repository: { host: repository.host, path: repository.path }, tag, digest }
}

/** Parses `[host[:port]/]path`. */
export function parseRepository(text: string): ({ readonly kind: 'repository' } & Repository) | Malformed {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(0, slash))
  // Docker's rule: without a dot, a port, an upper-case letter or "localhost", the first part belongs to the path.
  const hasHost = slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const host = hasHost ? canonicalHost(first) : DOCKER_HUB
  const rest = hasHost ? text.slice(slash + 1) : text
  const path = host === DOCKER_HUB && rest !== '' && !rest.includes('/') ? `library/${rest}` : rest
  if (!isHost(host)) {
    return malformed(
      `has \`${text}\`, whose registry \`${host}\` is not a host name`,
      'Write `host[:port]/name`, for example `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web`.',
    )
  }
  if (IMAGE_ID.test(rest) && !hasHost) {
    return malformed(
      `has \`${text}\`, which is the id of an image`,
      'Name the image by its repository, with tag or digest.',
    )
  }
  if (!PATH.test(path) || path.length > LONGEST_PATH) {
    return malformed(`has \`${text}\`, whose repository name \`${path}\` is malformed`, pathHint(path))
  }
  return { kind: 'repository', host, path }
}

/** Parses a reference from an input. @throws InputError that names the input and the part that is wrong. */
export function requireReference(text: string, input: string): ImageReference {
  const { kind, ...parsed } = required(parseReference(text), input)
  return parsed
}

/** Parses a repository from an input. @throws InputError that names the input and the part that is wrong. */
export function requireRepository(text: string, input: string): Repository {
  const { kind, ...parsed } = required(parseRepository(text), input)
  return parsed
}

/** @throws InputError when `tag` is malformed. */
export function checkTag(tag: string, input: string): void {
  if (!TAG.test(tag)) required(malformedTag(tag), input)
}

function required<T extends { readonly kind: string }>(parsed: T | Malformed, input: string): T {
  if (parsed.kind !== 'malformed') return parsed as T
  const { problem, hint } = parsed as Malformed
  throw new InputError(input, `${problem}.`, { hint })
}

const malformed = (problem: string, hint: string): Malformed => ({ kind: 'malformed', problem, hint })

function malformedTag(tag: string): Malformed {
  const fixed = tag
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
  const example = fixed === '' ? '' : `: \`${fixed}\``
  return malformed(
    `has the tag \`${tag}\`, which is malformed`,
    `A tag is up to 128 letters, digits, \`_\`, \`.\` and \`-\`, and begins with none of the last two${example}.`,
  )
}

function pathHint(path: string): string {
  if (path.length > LONGEST_PATH)
    return `A repository name has at most ${LONGEST_PATH} characters, and this one ${path.length}.`
  if (PATH.test(path.toLowerCase())) return `Repository names are lower case: \`${path.toLowerCase()}\`.`
  return 'Use lower-case letters, digits and single `.`, `_`, `-` between them, in parts separated by `/`.'
}

function isHost(host: string): boolean {
  const match = HOST.exec(host)
  if (match === null) return false
  const [, ipv6, port] = match
  return (ipv6 === undefined || isIPv6(ipv6)) && (port === undefined || Number(port) <= 65_535)
}

const canonicalHost = (host: string) => (/^(index\.|registry-1\.)?docker\.io$/.test(host) ? DOCKER_HUB : host)
