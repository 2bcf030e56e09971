import { InputError } from '../../../../toolkit/errors.ts'
import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { Log } from '../../../../toolkit/log.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { SITES, type Site, siteNamed } from '../api/site.ts'

/** Variables of the environment that name a site, first the one that wins: those of datadog-ci, in its order. */
const SITE_VARIABLES = ['DATADOG_SITE', 'DD_SITE'] as const
const USUAL_SITE = 'datadoghq.com'

/**
 * Reads where Datadog is: the input `api-url`, the input `site`, then DD_URL, DATADOG_SITE and DD_SITE of the environment. What is
 * given and not used is told. The rehearsal's own variable SLIPWAY_DATADOG_URL wins over all, so that a workflow with a real site
 * can be rehearsed; it can lead to this machine only.
 * @throws InputError for a site that is not known
 */
export function readSite(reader: InputReader, env: Environment, log: Pick<Log, 'info' | 'warning'>): Site {
  const [url, name] = [reader.text('api-url'), reader.text('site')]
  const fromInputs = url === undefined ? name && givenSite(name) : combined(url, name)
  const rehearsed = env['SLIPWAY_DATADOG_URL']
  if (rehearsed && isThisMachine(URL.parse(rehearsed)?.hostname ?? '')) return siteAt(rehearsed)
  const others = environmentSites(env)
  const [first] = others
  const used = fromInputs || first?.site() || siteNamed(USUAL_SITE)
  const winner = fromInputs ? `the input \`${url === undefined ? 'site' : 'api-url'}\`` : `\`${first?.variable}\``
  for (const other of fromInputs ? others : others.slice(1)) {
    if (leadsTo(other, used)) continue
    const { variable, value } = other
    const sentence = `\`${variable}\` of the environment is \`${withoutUser(value)}\` and is not used: ${winner} is \`${used.name}\`.`
    // Two variables that disagree are an oversight; an input that replaces one is meant.
    if (fromInputs) log.info(sentence)
    else log.warning(sentence)
  }
  return used
}

interface EnvironmentSite {
  readonly variable: string
  readonly value: string
  site(): Site
}

function leadsTo({ site }: EnvironmentSite, { name }: Site): boolean {
  try {
    return site().name === name
  } catch {
    return false
  }
}

function environmentSites(env: Environment): readonly EnvironmentSite[] {
  const url = env['DD_URL']?.trim()
  return [
    ...(url ? [{ variable: 'DD_URL', value: url, site: () => siteAt(url, 'DD_URL') }] : []),
    ...SITE_VARIABLES.flatMap((variable) => {
      const value = env[variable]?.trim()
      return value ? [{ variable, value, site: () => givenSite(value, variable) }] : []
    }),
  ]
}

function givenSite(name: string, variable?: string): Site {
  if (SITES.some((site) => site === name)) return siteNamed(name)
  const found = variable === undefined ? '' : `is missing, and \`${variable}\` of the environment `
  throw new InputError('site', `${found}is \`${name}\`, which is not a Datadog site.`, { hint: siteHint(name) })
}

/** `api-url` beside `site`, which is the same site, or else the one behind a proxy. @throws InputError for another site */
function combined(url: string, name: string | undefined): Site {
  const site = siteAt(url)
  if (name === undefined) return site
  givenSite(name)
  if (site.app === '' || site.name === name) return site
  throw new InputError('site', `is \`${name}\`, and \`api-url\` leads to \`${site.name}\`.`, {
    hint: 'Remove one of them. `api-url` is only needed for a proxy, or for a site that this action does not know.',
  })
}

function siteHint(name: string): string {
  const host = name
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/:?#].*$/, '')
    .replace(/^(app|api|www|event-management-intake)\./, '')
  const guess =
    SITES.find((site) => site === host) ?? SITES.find((site) => site.split('.')[0] === host) ?? ALIASES[host]
  return guess === undefined
    ? `Write one of ${SITES.map((site) => `\`${site}\``).join(', ')}: the part after \`app.\` or before \`/\` in the address of your Datadog. For a site that is none of these, write the address of its API: \`api-url: https://api.SITE\`.`
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
  'datadog.com': 'datadoghq.com',
  'datadoghq.us': 'datadoghq.com',
  'datadog.eu': 'datadoghq.eu',
}

function siteAt(address: string, variable?: string): Site {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const found = variable === undefined ? '' : `is missing, and \`${variable}\` of the environment `
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username !== '') {
    throw new InputError(
      'api-url',
      `${found}is \`${withoutUser(address)}\`, which is not the base address of an API.`,
      {
        hint: 'Write, for example, `api-url: https://api.datadoghq.eu`; better still, set `site: datadoghq.eu` instead.',
      },
    )
  }
  // Every request carries the keys: it needs TLS, except to this machine.
  if (url.protocol === 'http:' && !isThisMachine(url.hostname)) {
    throw new InputError('api-url', `${found}is \`${address}\`, which would send the keys unencrypted.`, {
      hint: 'Use `https:`. Plain `http:` is accepted only for this machine (localhost).',
    })
  }
  const base = url.href.replace(/\/+$/, '')
  const name = /^(?:api|app)\.(.+)$/.exec(url.hostname)?.[1] ?? ''
  // A site of Datadog keeps its events intake on another host; a proxy or a stand-in answers for both.
  if (!isDatadogs(name)) return { name: url.host, api: base, intake: base, app: '' }
  // The agent's DD_URL has the host of the web application.
  return { ...siteNamed(name), ...(url.hostname.startsWith('api.') ? { api: base } : {}) }
}

/** A site of Datadog, also one that is newer than this action. */
const isDatadogs = (name: string) =>
  SITES.some((site) => site === name) || /^([a-z0-9-]+\.)?(datadoghq\.(com|eu)|ddog-gov\.com)$/.test(name)

const isThisMachine = (hostname: string) => isLoopback(hostname) || hostname.endsWith('.localhost')

const withoutUser = (address: string) => address.replace(/\/\/[^/@]*@/, '//***@')
