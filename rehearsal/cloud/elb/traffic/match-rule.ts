import { BlockList, isIP } from 'node:net'
import type { Condition, KeyValue, Rule } from '../model.ts'

/** The parts of a request that rules match. */
export interface RequestFacts {
  readonly method: string
  /** Without port. */
  readonly host: string
  readonly path: string
  readonly query: URLSearchParams
  readonly header: (name: string) => readonly string[]
  readonly sourceIp: string
}

type Test = (request: RequestFacts) => boolean

/** The first rule by priority whose conditions all match. The default rule has no conditions, so one always matches. */
export function route(rules: readonly Rule[], request: RequestFacts): Rule {
  const rule = rules.find(({ conditions }) => conditions.every((condition) => testOf(condition)(request)))
  if (rule === undefined) throw new Error('a listener without a default rule')
  return rule
}

/** Conditions, compiled once and not at each request. */
const tests = new WeakMap<Condition, Test>()

function testOf(condition: Condition): Test {
  let test = tests.get(condition)
  if (test === undefined) {
    test = compile(condition)
    tests.set(condition, test)
  }
  return test
}

function compile(condition: Condition): Test {
  switch (condition.field) {
    case 'http-request-method':
      return ({ method }) => condition.values.includes(method)
    case 'path-pattern':
      return anyOf(
        condition.values.map((value) => wildcard(value)),
        ({ path }) => [path],
      )
    case 'host-header':
      return anyOf(
        condition.values.map((value) => wildcard(value, 'i')),
        ({ host }) => [host],
      )
    case 'http-header':
      return anyOf(
        condition.values.map((value) => wildcard(value, 'i')),
        ({ header }) => header(condition.name),
      )
    case 'query-string':
      return anyPair(condition.pairs)
    case 'source-ip':
      return within(condition.values)
  }
}

const anyOf =
  (patterns: readonly RegExp[], read: (request: RequestFacts) => readonly string[]): Test =>
  (request) =>
    read(request).some((text) => patterns.some((pattern) => pattern.test(text)))

function anyPair(pairs: readonly KeyValue[]): Test {
  const wanted = pairs.map(({ key, value }) => ({
    key: key === undefined ? undefined : wildcard(key, 'i'),
    value: wildcard(value, 'i'),
  }))
  return ({ query }) =>
    [...query].some(([key, value]) =>
      wanted.some((pair) => (pair.key === undefined || pair.key.test(key)) && pair.value.test(value)),
    )
}

function within(cidrs: readonly string[]): Test {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [network = '', bits] = cidr.split('/')
    list.addSubnet(network, Number(bits), isIP(network) === 6 ? 'ipv6' : 'ipv4')
  }
  return ({ sourceIp }) => list.check(sourceIp, isIP(sourceIp) === 6 ? 'ipv6' : 'ipv4')
}

/** `*` matches any number of characters, `?` exactly one. */
function wildcard(pattern: string, flags = ''): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, `s${flags}`)
}
