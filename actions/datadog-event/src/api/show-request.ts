import type { TextRequest } from '../../../../toolkit/http/exchange.ts'

/** A request exactly as it would be sent, with the keys masked. */
export function showRequest({ method, url, headers, body }: TextRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${/^DD-.*-KEY$/i.test(name) ? '***' : value}`)
  const shown = body === undefined ? [] : ['', JSON.stringify(JSON.parse(body), null, 2)]
  return [`${method} ${url}`, ...lines, ...shown].join('\n')
}
