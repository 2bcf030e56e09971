import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { FixedResponse, Redirect } from '../model.ts'

/** Statuses with a text of AWS's load balancers. */
const titles: Readonly<Record<number, string>> = { 503: 'Service Temporarily Unavailable', 504: 'Gateway Time-out' }

/** Answers with the load balancer's error page. */
export function answerError(response: ServerResponse, status: number): void {
  const title = `${status} ${titles[status] ?? STATUS_CODES[status]}`
  const page =
    `<html>\r\n<head><title>${title}</title></head>\r\n` +
    `<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`
  response.writeHead(status, { server: 'awselb/2.0', 'content-type': 'text/html', 'content-length': page.length })
  response.end(page)
}

export function answerFixed(response: ServerResponse, fixed: FixedResponse): void {
  const body = fixed.messageBody ?? ''
  response.writeHead(Number(fixed.statusCode), {
    server: 'awselb/2.0',
    'content-type': fixed.contentType ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

export function answerRedirect(
  request: IncomingMessage,
  response: ServerResponse,
  redirect: Redirect,
  port: number,
): void {
  response.writeHead(redirect.statusCode === 'HTTP_301' ? 301 : 302, {
    server: 'awselb/2.0',
    location: locationOf(redirect, request.url ?? '/', request.headers.host ?? '', port),
    'content-length': 0,
  })
  response.end()
}

/** The address of a redirect, whose parts may refer to parts of the request. */
function locationOf(redirect: Redirect, url: string, hostHeader: string, listenerPort: number): string {
  const [path = '/', query = ''] = splitOnce(url, '?')
  const was: Readonly<Record<string, string>> = {
    protocol: 'http',
    host: hostHeader.replace(/:\d+$/, ''),
    port: `${listenerPort}`,
    path: path.replace(/^\//, ''),
    query,
  }
  const fill = (text: string) =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => was[name] ?? '')
  const protocol = fill(redirect.protocol).toLowerCase()
  const port = fill(redirect.port)
  const shown = port === (protocol === 'https' ? '443' : '80') ? '' : `:${port}`
  const search = fill(redirect.query)
  return `${protocol}://${fill(redirect.host)}${shown}${fill(redirect.path)}${search === '' ? '' : `?${search}`}`
}

function splitOnce(text: string, at: string): [string, string?] {
  const index = text.indexOf(at)
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)]
}
