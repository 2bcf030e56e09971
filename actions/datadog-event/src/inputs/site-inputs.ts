import { InputError } from '../../../../toolkit/errors.ts'
import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { SITES, type Site, siteNamed } from '../api/site.ts'

const HOST_NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/

/** Reads `api-url` and `site`, else what Datadog's own tools read from the environment: DD_URL and DD_SITE. */
export function readSite(reader: InputReader, env: Environment): Site {
  const url = reader.text('api-url') ?? (env['DD_URL'] || undefined)
  if (url !== undefined) return siteAt(url)
  return givenSite(reader.text('site') ?? (env['DD_SITE'] || 'datadoghq.com'))
}

function givenSite(name: string): Site {
  if (!HOST_NAME.test(name) || OTHER_HOST.test(name)) {
    throw new InputError('site', `is \`${name}\`, which is not the name of a Datadog site.`, { hint: siteHint(name) })
  }
  return siteNamed(name)
}

// Hosts of Datadog that people find in their browser and that are not the site.
const OTHER_HOST = /^(app|api|www|intake|event-management-intake)\./

function siteHint(name: string): string {
  const host = name
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/:?#].*$/, '')
    .replace(/^(app|api|www|event-management-intake)\./, '')
  const guess =
    SITES.find((site) => site === host) ?? SITES.find((site) => site.split('.')[0] === host) ?? ALIASES[host]
  return guess === undefined
    ? `Write one of ${SITES.map((site) => `\`${site}\``).join(', ')}: the part after \`app.\` or before \`/\` in the address of your Datadog.`
    : `Did you mean \`site: ${guess}\`?`
}

const ALIASES: Readonly<Record<string, string>> = {
  us: 'datadoghq.com',
  us1: 'datadoghq.com',
  'us1.datadoghq.com': 'datadoghq.com',
  eu: 'datadoghq.eu',
  eu1: 'datadoghq.eu',
  'eu1.datadoghq.com': 'datadoghq.eu',
  gov: 'ddog-gov.com',
}

function siteAt(address: string): Site {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username !== '') {
    throw new InputError('api-url', `is \`${withoutUser(address)}\`, which is not the base address of an API.`, {
      hint: 'Write, for example, `api-url: https://api.datadoghq.eu`; better still, set `site: datadoghq.eu` instead.',
    })
  }
  // Every request carries the keys: it needs TLS, except to this machine.
  if (url.protocol === 'http:' && !isThisMachine(url.hostname)) {
    throw new InputError('api-url', `is \`${address}\`, which would send the keys unencrypted.`, {
      hint: 'Use `https:`. Plain `http:` is accepted only for this machine (localhost).',
    })
  }
  const base = url.href.replace(/\/+$/, '')
  const name = /^api\.(.+)$/.exec(url.hostname)?.[1]
  // A real site keeps its events intake on another host; a proxy or a stand-in answers for both.
  const known = name !== undefined && SITES.some((site) => site === name)
  return known ? { ...siteNamed(name), api: base } : { name: url.host, api: base, intake: base, app: '' }
}

const isThisMachine = (hostname: string) => isLoopback(hostname) || hostname.endsWith('.localhost')

const withoutUser = (address: string) => address.replace(/\/\/[^/@]*@/, '//***@')
