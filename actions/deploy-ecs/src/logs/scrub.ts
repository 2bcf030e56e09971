// Hides the secrets that this step knows in the log of a container. Pure.
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { holdsSecret, isBetterHidden, isSecretName } from '../../../../toolkit/text/secret-looking.ts'

/** Shorter values, such as `true`, stand in a log for other things too. */
const SHORTEST = 6
const HIDDEN = '***'

/** What looks like a secret by itself, or by what stands before it. Names are bounded: a line can be 256 KB of one letter. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // The user's part of a URL: up to the last @ before the path, as a password may have an @.
  [/(\b[a-z][a-z\d+.-]{0,30}:\/\/[^\s:@/]*:)[^\s/]+(?=@)/gi, `$1${HIDDEN}`],
  [/\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi, `$1${HIDDEN}`],
  [
    /((?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]{0,64}["']?\s*=\s*["']?)[^\s"'&;,]+/gi,
    `$1${HIDDEN}`,
  ],
  [
    /((?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]{0,64}["']\s*:\s*["'])[^"']+/gi,
    `$1${HIDDEN}`,
  ],
  [/https:\/\/hooks\.slack\.com\/services\/[\w/-]+/gi, `https://hooks.slack.com/services/${HIDDEN}`],
]

/** A function that hides secrets in a line: those in the step's environment and in the containers', and what looks like one. */
export function scrubber(env: Environment, containers: readonly ContainerDefinition[]): (line: string) => string {
  const values = [
    ...Object.entries(env).flatMap(([name, value = '']) => secretsIn(value, isSecretName(name) || holdsSecret(value))),
    ...containers.flatMap(({ environment = [] }) =>
      environment.flatMap(({ name = '', value = '' }) => secretsIn(value, isBetterHidden(name, value))),
    ),
  ]
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

/** The secrets in the value of a variable: each line of one that is secret, and the password of a URL. */
function secretsIn(value: string, isSecret: boolean): readonly string[] {
  const whole = isSecret ? value.split(/\r?\n/) : []
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
