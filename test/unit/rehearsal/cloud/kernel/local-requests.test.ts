import { whyForeign } from '../../../../../rehearsal/cloud/kernel/local-requests.ts'

const why = (headers: Record<string, string>, allowed: readonly string[] = []) => whyForeign(headers, allowed)

test.each([
  '127.0.0.1',
  '127.0.0.1:4566',
  '127.0.0.2:4566',
  '127.1.0.1',
  'localhost',
  'LOCALHOST:4566',
  'localhost.:4566',
  'states.localhost:4566',
  '[::1]:4566',
  'states.s3.amazonaws.com',
  'states.s3.eu-west-1.amazonaws.com:443',
  'states.s3-eu-west-1.amazonaws.com',
  'states.s3.dualstack.eu-west-1.amazonaws.com',
  's3.us-east-1.amazonaws.com',
  'states.s3.cn-north-1.amazonaws.com.cn',
])('a request to the host %s is answered', (host) => {
  expect(why({ host })).toBeUndefined()
})

test.each([
  'rebound.example',
  'rebound.example:4566',
  '127.0.0.1.rebound.example',
  'localhost.rebound.example:4566',
  'notlocalhost',
  '192.168.1.10:4566',
  '0.0.0.0:4566',
  '[::]:4566',
  'host.docker.internal:4566',
  '127.0.0.1@rebound.example',
  'rebound.example@127.0.0.1',
  '127.0.0.1/rebound.example',
  'states.s3.reboundamazonaws.com',
  'states.s3-rebound.com.amazonaws.com.rebound.example',
  'ec2-10-0-0-1.compute-1.amazonaws.com',
  // A pattern with two ways to read a hyphen does not end here.
  `s3${'-'.repeat(180)}.rebound.example`,
  '',
])('a request to the host %p is refused', (host) => {
  expect(why({ host })).toContain(`Host '${host}'`)
})

test.each(['http://127.0.0.1:3000', 'http://localhost:4566', 'https://app.localhost', 'http://[::1]:8080'])(
  'a page of this machine, %s, is answered',
  (origin) => {
    expect(why({ host: '127.0.0.1:4566', origin })).toBeUndefined()
  },
)

test.each([
  'https://page.example',
  'http://127.0.0.1.page.example',
  'http://localhost.page.example:4566',
  // A bucket of anybody, whose page is served from AWS.
  'https://page.s3.amazonaws.com',
  'file://',
  'null',
  'x',
])('a page of another machine, %s, is refused', (origin) => {
  expect(why({ host: '127.0.0.1:4566', origin })).toContain(`Origin '${origin}'`)
})

test('a link or an image in a page of another site, which has no Origin, is refused', () => {
  const host = '127.0.0.1:4566'
  expect(why({ host, 'sec-fetch-site': 'cross-site' })).toContain("Sec-Fetch-Site 'cross-site'")
  for (const site of ['none', 'same-origin', 'same-site']) expect(why({ host, 'sec-fetch-site': site })).toBeUndefined()
  // A page of this machine under another name, such as localhost.
  expect(why({ host, origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' })).toBeUndefined()
})

test('a client that sends no Host, which no browser does, is answered', () => {
  expect(why({})).toBeUndefined()
})

test('allowed names are answered, as hosts and as origins', () => {
  const allowed = ['host.docker.internal', '172.17.0.1']
  expect(
    why({ host: 'Host.Docker.Internal:4566', origin: 'http://host.docker.internal:3000' }, allowed),
  ).toBeUndefined()
  expect(why({ host: '172.17.0.1:4566' }, allowed)).toBeUndefined()
  expect(why({ host: 'x.host.docker.internal' }, allowed)).toContain('--allow-hostname x.host.docker.internal')
})

test('a foreign name is cut and cannot write lines of its own', () => {
  const reason = why({ host: `a\n::error::${'x'.repeat(1000)}` }) ?? ''
  expect(reason).not.toContain('\n')
  expect(reason.length).toBeLessThan(600)
})
