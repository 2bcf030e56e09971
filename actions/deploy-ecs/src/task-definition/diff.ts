// What a deploy would change. Pure. Hides values of the application, unless they are asked for; what looks secret always.
import type { Service } from '@aws-sdk/client-ecs'
import { isBetterHidden } from '../../../../toolkit/text/secret-looking.ts'
import type { ServiceChanges } from '../inputs/inputs.ts'
import { changesFor } from './desired-count.ts'
import type { Registration } from './registration.ts'
import { canonical } from './same-registration.ts'

/** A member that differs. Without `from` it is added, without `to` it is removed. */
export interface Difference {
  readonly path: string
  readonly from?: string
  readonly to?: string
}

/** The differences between two task definitions, by path. Paths have the names of containers, variables and secrets. */
export function diffTaskDefinitions(
  before: Registration,
  after: Registration,
  { showValues }: { readonly showValues: boolean },
): readonly Difference[] {
  const [from, to] = [flatten(canonical(before)), flatten(canonical(after))]
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((path) => from.get(path) !== to.get(path))
    .sort()
    .map((path) => difference(path, from.get(path), to.get(path), showValues))
}

/** The settings of a service that would change. */
export function diffService(before: Service, asked: ServiceChanges): readonly Difference[] {
  const changes = changesFor(before, asked)
  const { deploymentCircuitBreaker: breaker, alarms } = before.deploymentConfiguration ?? {}
  const was = breaker?.enable !== true ? 'disabled' : breaker.rollback === true ? 'rollback' : 'stop'
  const all = [
    difference('desiredCount', before.desiredCount?.toString(), changes.desiredCount?.toString()),
    difference('circuitBreaker', was, changes.circuitBreaker),
    difference('alarms', alarms?.alarmNames?.join(', '), changes.alarms?.join(', ')),
  ]
  return [
    ...all.filter(({ from, to }) => to !== undefined && from !== to),
    ...(changes.forceNewDeployment === true ? [{ path: 'forceNewDeployment', to: 'true' }] : []),
  ]
}

/** `~ path: old → new`, `+ path: new`, `- path: old`. */
export function describeDifference({ path, from, to }: Difference): string {
  if (from === undefined) return `+ ${path}: ${to}`
  return to === undefined ? `- ${path}: ${from}` : `~ ${path}: ${from} → ${to}`
}

function difference(path: string, from: string | undefined, to: string | undefined, showValues = true): Difference {
  const masked = (value: string) => (showValues || !CAN_HOLD_SECRETS.test(path) ? withoutSecrets(path, value) : '***')
  return {
    path,
    ...(from === undefined ? {} : { from: masked(from) }),
    ...(to === undefined ? {} : { to: masked(to) }),
  }
}

/** One entry for each text, number or flag, by its path. */
function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const key = nameIn(item)
      // A name and its value are one entry, not two.
      if (isNamedValue(item)) into.set(short(`${path}.${key}`), item.value ?? item.valueFrom ?? '')
      else flatten(item, `${path}${key === undefined ? `[${index}]` : `.${key}`}`, into)
    }
  } else if (isObject(value) && 'words' in value) {
    // A command is one entry.
    into.set(short(path), JSON.stringify(value['words']))
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) flatten(member, path === '' ? key : `${path}.${key}`, into)
  } else {
    into.set(short(path), String(value))
  }
  return into
}

/** Containers are named without `containerDefinitions`. */
const short = (path: string) => path.replace(/^containerDefinitions\./, '')

interface NamedValue {
  readonly name?: string
  readonly key?: string
  readonly value?: string
  readonly valueFrom?: string
}

const isObject = (item: unknown): item is Record<string, unknown> => typeof item === 'object' && item !== null

const isNamedValue = (item: unknown): item is NamedValue =>
  isObject(item) &&
  Object.keys(item).length === 2 &&
  ('name' in item || 'key' in item) &&
  ('value' in item || 'valueFrom' in item)

const nameIn = (item: unknown): string | undefined => {
  const name = isObject(item) ? (item['name'] ?? item['key']) : undefined
  return typeof name === 'string' ? name : undefined
}

/** Members whose keys are chosen by users. */
const NAMED_BY_USERS = /\.(environment|options|dockerLabels)\./

/** Members with values of the application, in which a secret can have any shape. */
const CAN_HOLD_SECRETS =
  /\.(environment|dockerLabels|driverOpts|labels)\.|\.options\.(?!awslogs-)|\.(command|entryPoint)(\[\d+\])?$/

/** Hides a value whose name or content looks secret, and secrets within a text: a password in a URL, `password=…`, a Slack hook. */
function withoutSecrets(path: string, value: string): string {
  const name = NAMED_BY_USERS.test(path) ? path.slice(path.lastIndexOf('.') + 1) : ''
  if (isBetterHidden(name, value)) return '***'
  return (
    value
      // A password can have an `@` or a slash: it ends at the last `@`.
      .replace(/(:\/\/[^/\s:@]*:)\S+@/g, '$1***@')
      .replace(/((?:password|passwd|pwd|passphrase|secret|token|api[-_]?key)["']?\s*[=: ]\s*)[^\s;&,"']+/gi, '$1***')
      .replace(/(hooks\.slack\.com\/services\/)[^\s"']+/g, '$1***')
  )
}
