// Hides the secrets that this step knows in the log of a container. Pure.
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { holdsSecret, isSecretName } from '../../../../toolkit/text/secret-looking.ts'

/** Shorter values, such as `true`, stand in a log for other things too. */
const SHORTEST = 6
const HIDDEN = '***'

/** What looks like a secret by itself, or by what stands before it. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // The user's part of a URL: up to the last @ before the path, as a password may have an @.
  [/(\b[a-z][a-z\d+.-]*:\/\/[^\s:@/]*:)[^\s/]+(?=@)/gi, `$1${HIDDEN}`],
  [/\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi, `$1${HIDDEN}`],
  [
    /([\w-]*(?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]*["']?\s*=\s*["']?)[^\s"'&;,]+/gi,
    `$1${HIDDEN}`,
  ],
  [
    /(["'][\w-]*(?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]*["']\s*:\s*["'])[^"']+/gi,
    `$1${HIDDEN}`,
  ],
  [/https:\/\/hooks\.slack\.com\/services\/[\w/-]+/gi, `https://hooks.slack.com/services/${HIDDEN}`],
]

/** A function that hides secrets in a line: those in the step's environment and in the containers', and what looks like one. */
export function scrubber(env: Environment, containers: readonly ContainerDefinition[]): (line: string) => string {
  const named = [
    ...Object.entries(env),
    ...containers.flatMap(({ environment = [] }) => environment.map(({ name = '', value }) => [name, value] as const)),
  ]
  const values = named.flatMap(([name, value = '']) => secretsIn(name, value))
  // The longest first: a shorter one may be part of it.
  const known = [...new Set(values.flatMap(formsOf))].toSorted((a, b) => b.length - a.length)
  return (line) => {
    const hidden = known.reduce((text, secret) => text.replaceAll(secret, HIDDEN), line)
    const shaped = SHAPES.reduce((text, [pattern, by]) => text.replace(pattern, by), hidden)
    return shaped
      .split(/(\s+|["'])/)
      .map((word) => (holdsSecret(word) ? HIDDEN : word))
      .join('')
  }
}

/** The secrets in the value of a variable: all of it by its name, else the password of a URL. */
function secretsIn(name: string, value: string): readonly string[] {
  const whole = isSecretName(name) || holdsSecret(value) ? value.split(/\r?\n/) : []
  const [, password = ''] = /^[a-z][a-z\d+.-]*:\/\/[^\s:@/]*:([^\s/]+)@/i.exec(value) ?? []
  return [...whole, password].filter((secret) => secret.trim().length >= SHORTEST)
}

/** A secret as it is, and as URLs, JSON and headers have it. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ]
}
