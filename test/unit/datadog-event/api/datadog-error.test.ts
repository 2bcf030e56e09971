import { brokenAnswer, noAnswer, outOfTime, refused } from '../../../../actions/datadog-event/src/api/datadog-error.ts'

const site = { name: 'datadoghq.eu', api: 'https://api.datadoghq.eu', intake: '', app: '' }
const EVENTS = 'https://api.datadoghq.eu/api/v1/events'
const MONITORS = 'https://api.datadoghq.eu/api/v1/monitor?page=0'

const answered = (
  status: number,
  more: { text?: string; headers?: Record<string, string>; url?: string; mayLag?: boolean } = {},
) => {
  const { url = EVENTS, mayLag = false, text = '', headers = {} } = more
  return refused({ operation: 'post the event', mayLag }, site, url, { status, headers, text })
}

describe('an answer with an error status', () => {
  test('is described by operation, path without query, status and message', () => {
    expect(answered(400, { text: '{"errors":["one"]}', url: MONITORS }).message).toBe(
      'Could not post the event: https://api.datadoghq.eu/api/v1/monitor answered 400: one',
    )
    expect(answered(502).message).toBe('Could not post the event: https://api.datadoghq.eu/api/v1/events answered 502.')
  })

  test.each([
    [401, 'an application key stands in for the API key'],
    [403, 'The site asked was `datadoghq.eu`'],
    [413, 'Shorten the text or drop tags'],
    [404, '`datadoghq.eu` does not know this path'],
    [302, 'Redirects are not followed'],
    [408, 'status.datadoghq.com'],
    [500, 'status.datadoghq.com'],
    [429, 'Raise `timeout`'],
    [400, '`dry-run: true`'],
  ])('of %i has its hint', (status, hint) => expect(answered(status).hint).toContain(hint))

  test('names the scope that is missing where it may not read monitors', () => {
    expect(answered(403, { url: MONITORS }).hint).toContain('`monitors_read`')
    expect(answered(403).hint).not.toContain('monitors_read')
  })

  test('of a DORA deployment that does not exist names `rolls-back`, and of one that may not be changed the scope', () => {
    const url = 'https://api.datadoghq.eu/api/v2/dora/deployments/x'
    expect(answered(404, { url }).hint).toContain('`rolls-back`')
    expect(answered(403, { url }).hint).toContain('`dora_metrics_write`')
  })

  test('names the rate limit, where Datadog does', () => {
    expect(answered(429, { headers: { 'x-ratelimit-name': 'events_post' } }).hint).toContain(
      'rate limit `events_post` was',
    )
    expect(answered(429).hint).toContain('rate limit was')
  })

  test.each([
    ['a page of a proxy', '<html>\n  <b>Bad</b></html>', '<html> <b>Bad</b></html>'],
    ['JSON that is no list of errors', '{"message":"no"}', '{"message":"no"}'],
    ['an error without title and detail', '{"errors":[null,{"code":7}]}', 'null; {"code":7}'],
    ['a message of several lines', '{"errors":["Exceeded the\\nrate\\n"]}', 'Exceeded the rate'],
    ['long text', 'x'.repeat(300), 'x'.repeat(200)],
  ])('shows %s', (_, text, shown) =>
    expect(answered(400, { text }).message).toMatch(new RegExp(`: ${shown.replace(/[{}[\]]/g, '\\$&')}$`)),
  )
})

describe('a retry', () => {
  test.each([
    [400, false],
    [403, false],
    [404, false],
    [408, true],
    [500, true],
    [503, true],
  ])('after %i: %s', (status, retry) => expect(answered(status).retry).toBe(retry))

  test('waits as long as a rate limit says, at least a second', () => {
    const retryAfter = (headers: Record<string, string>) => answered(429, { headers }).retry
    expect(retryAfter({ 'x-ratelimit-reset': '7', 'retry-after': '60' })).toEqual({ afterMs: 7000 })
    expect(retryAfter({ 'retry-after': '60' })).toEqual({ afterMs: 60_000 })
    expect(retryAfter({ 'x-ratelimit-reset': '0' })).toEqual({ afterMs: 1000 })
    expect(retryAfter({ 'x-ratelimit-reset': 'soon' })).toBe(true)
    expect(retryAfter({})).toBe(true)
  })

  test('finds an object that was created a moment ago and is not known yet', () => {
    expect(answered(404, { mayLag: true }).retry).toBe(true)
    expect(answered(400, { mayLag: true }).retry).toBe(false)
  })

  test('can fix a connection that was reset, but no certificate that is not trusted', () => {
    const failed = (code: string) => noAnswer('post the event', site, EVENTS, Object.assign(new Error('x'), { code }))
    expect(failed('ECONNRESET').retry).toBe(true)
    expect(failed('CERT_HAS_EXPIRED').retry).toBe(false)
    expect(brokenAnswer('post the event', site, EVENTS, new Error('x')).retry).toBe(true)
  })
})

test('a request that got no answer names the host and the site', () => {
  const error = noAnswer('post the event', site, EVENTS, new Error('x'))
  expect(error.message).toBe('Could not post the event: no complete answer came from https://api.datadoghq.eu.')
  expect(error.hint).toContain('`datadoghq.eu`')
})

test('a request that was not sent names the input to raise', () => {
  const { message, hint } = outOfTime('post the event')
  expect(message).toBe('Did not try to post the event: the calls before it used up the `timeout`.')
  expect(hint).toContain('Raise `timeout`')
})
