// A web page can send requests to this machine: directly, which its Origin shows, or under a name of its own that resolves
// to 127.0.0.1 (DNS rebinding), which the Host shows. Browsers let no page set either header.
import type { IncomingHttpHeaders } from 'node:http'

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:.+\.)?localhost)$/
/** Names of S3 buckets, which only AWS can point to an address. A page under such a name is refused by its Origin. */
const S3 = /(?:^|\.)s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com(?:\.cn)?$/
const HOST = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d+)?$/i
const SHOWN = 200

/**
 * Why a request is refused that did not come from a program of this machine, or undefined. The reason names the header, its
 * value and the option that allows it. `allowed` are further names, besides the loopback ones, in lower case.
 */
export function whyForeign(headers: IncomingHttpHeaders, allowed: readonly string[]): string | undefined {
  const { host, origin, 'sec-fetch-site': site } = headers
  const isOurs = (name: string) => LOOPBACK.test(name) || allowed.includes(name)
  if (host !== undefined) {
    const name = nameIn(host)
    if (!isOurs(name) && !S3.test(name)) return refusal('Host', host, name)
  }
  if (origin !== undefined) {
    const name = nameIn(/^https?:\/\/(.*)$/i.exec(origin)?.[1] ?? '')
    return isOurs(name) ? undefined : refusal('Origin', origin, name)
  }
  // Links, images and forms with GET have no Origin.
  return site === 'cross-site' ? refusal('Sec-Fetch-Site', site, '') : undefined
}

/** The name or address in a Host header, in lower case; '' if there is none. */
const nameIn = (host: string) => (HOST.exec(host)?.[1] ?? '').toLowerCase().replace(/\.$/, '')

function refusal(header: string, value: string, name: string): string {
  const shown = value.slice(0, SHOWN).replace(/[^\x20-\x7e]/g, '?')
  const fix = name === '' ? '' : ` To allow this name, start the cloud with --allow-hostname ${name.slice(0, SHOWN)}.`
  return `The rehearsal cloud answers programs on this machine only. It refuses ${header} '${shown}', which a web page may have sent.${fix}`
}
