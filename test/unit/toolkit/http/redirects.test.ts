import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Http, HttpRequest } from '../../../../toolkit/http/http.ts'
import { followRedirects } from '../../../../toolkit/http/redirects.ts'

/** A web of answers: a status for an address, or the address that it redirects to. Keeps each request. */
function webOf(answers: Readonly<Record<string, number | string>>, status = 302) {
  const sent: HttpRequest[] = []
  const http: Http = async (request) => {
    sent.push(request)
    const answer = answers[request.url.href] ?? 404
    const message = new IncomingMessage(new Socket())
    message.statusCode = typeof answer === 'number' ? answer : status
    if (typeof answer === 'string') message.headers.location = answer
    message.push(null)
    return message
  }
  const get = (url: string, more: Partial<HttpRequest> = {}) =>
    followRedirects(http)({ method: 'GET', url: new URL(url), ...more })
  return { get, sent, addresses: () => sent.map(({ url }) => url.href) }
}

test.each([301, 302, 303, 307, 308])('follows status %i, also to a relative address', async (status) => {
  const web = webOf({ 'http://a/1': '/2?x', 'http://a/2?x': 'https://b/3', 'https://b/3': 200 }, status)
  expect((await web.get('http://a/1')).statusCode).toBe(200)
  expect(web.addresses()).toEqual(['http://a/1', 'http://a/2?x', 'https://b/3'])
})

test.each<[string, number, Partial<HttpRequest>]>([
  ['a status that is no redirect', 304, {}],
  ['a POST', 307, { method: 'POST', body: Buffer.from('{}') }],
])('returns the answer to %s', async (_, status, request) => {
  const web = webOf({ 'http://a/1': 'http://a/2' }, status)
  expect((await web.get('http://a/1', request)).statusCode).toBe(status)
  expect(web.addresses()).toEqual(['http://a/1'])
})

test('returns a redirect that names no address', async () => {
  expect((await webOf({ 'http://a/1': 302 }).get('http://a/1')).statusCode).toBe(302)
})

test('follows five redirects and no sixth', async () => {
  const chain = (length: number) =>
    Object.fromEntries(Array.from({ length }, (_, at) => [`http://a/${at}?key=${at}`, `/${at + 1}?key=${at + 1}`]))
  const five = webOf({ ...chain(5), 'http://a/5?key=5': 200 })
  expect((await five.get('http://a/0?key=0')).statusCode).toBe(200)
  const six = webOf(chain(6))
  await expect(six.get('http://a/0?key=0')).rejects.toThrow(
    /^http:\/\/a\/0 redirects more than 5 times, the last time to http:\/\/a\/6\.$/,
  )
  expect(six.sent).toHaveLength(6)
})

test.each([
  ['http://user:password@b/2?signature=s#f', 'https://a/1 redirects to http://b/2, which is not encrypted.'],
  ['ftp://b/2', 'https://a/1 redirects to ftp://b/2, which is not encrypted.'],
  ['https://?signature=s', 'https://a/1 redirects to an address that cannot be read.'],
])('refuses to go from https to %s, and shows no query', async (location, message) => {
  const web = webOf({ 'https://user:password@a/1?signature=s': location })
  await expect(web.get('https://user:password@a/1?signature=s')).rejects.toThrow(new Error(message))
  expect(web.sent).toHaveLength(1)
})

test('sends Authorization and cookies to the first origin alone', async () => {
  const web = webOf({
    'https://a/1': '/2',
    'https://a/2': 'https://a:8443/3',
    'https://a:8443/3': 'https://a/4',
    'https://a/4': 200,
  })
  const headers = { authorization: 'Bearer t', Cookie: 'c', 'user-agent': 'slipway' }
  await web.get('https://a/1', { headers })
  const other = { 'user-agent': 'slipway' }
  expect(web.sent.map((request) => request.headers)).toEqual([headers, headers, other, other])
})

test('passes the signal on to each request', async () => {
  const { signal } = new AbortController()
  const web = webOf({ 'http://a/1': '/2', 'http://a/2': 200 })
  await web.get('http://a/1', { signal })
  expect(web.sent.map((request) => request.signal)).toEqual([signal, signal])
})
