import { type Loose, stack, targetGroup } from '../world.ts'
import { get, it, port, register, says, useTraffic } from './targets.ts'

useTraffic()

describe('rules', () => {
  const cases: [
    name: string,
    condition: Loose,
    path: string,
    headers: Record<string, string>,
    method: string,
    hit: boolean,
  ][] = [
    ['path', { Field: 'path-pattern', Values: ['/api/*'] }, '/api/x?y', {}, 'GET', true],
    ['path, in its case', { Field: 'path-pattern', Values: ['/api/*'] }, '/API/x', {}, 'GET', false],
    ['path, one character', { Field: 'path-pattern', Values: ['/v?/'] }, '/v2/', {}, 'GET', true],
    ['path, a dot is a dot', { Field: 'path-pattern', Values: ['/a.b'] }, '/aXb', {}, 'GET', false],
    ['host', { Field: 'host-header', Values: ['*.example.com'] }, '/', { host: 'API.example.com:80' }, 'GET', true],
    ['other host', { Field: 'host-header', Values: ['*.example.com'] }, '/', { host: 'example.org' }, 'GET', false],
    [
      'header',
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Canary', Values: ['y*'] } },
      '/',
      { 'x-canary': 'Yes' },
      'GET',
      true,
    ],
    [
      'no header',
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Canary', Values: ['y*'] } },
      '/',
      {},
      'GET',
      false,
    ],
    ['method', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['PUT'] } }, '/', {}, 'PUT', true],
    [
      'other method',
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['PUT'] } },
      '/',
      {},
      'GET',
      false,
    ],
    [
      'query',
      { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2*' }] } },
      '/?a=1&v=20',
      {},
      'GET',
      true,
    ],
    [
      'other query',
      { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2' }] } },
      '/?v=3&w=2',
      {},
      'GET',
      false,
    ],
    ['source', { Field: 'source-ip', SourceIpConfig: { Values: ['127.0.0.0/8'] } }, '/', {}, 'GET', true],
    ['other source', { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } }, '/', {}, 'GET', false],
  ]

  test.each(cases)('by %s', async (_, condition, path, headers, method, hit) => {
    const { dnsName, listenerArn } = await stack(it, {}, port)
    await it.call('CreateRule', {
      ListenerArn: listenerArn,
      Priority: 1,
      Conditions: [condition],
      Actions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: { StatusCode: '418', ContentType: 'application/json', MessageBody: '{}' },
        },
      ],
    })
    const got = await get(dnsName, path, headers, method)
    expect(got.status).toBe(hit ? 418 : 503)
    if (hit) expect(got).toMatchObject({ body: '{}', headers: { 'content-type': 'application/json' } })
  })

  test('redirect with the parts of the request', async () => {
    const { dnsName, listenerArn } = await stack(it, {}, port)
    const RedirectConfig = { Protocol: 'HTTPS', Port: '443', Path: '/new/#{path}', StatusCode: 'HTTP_301' }
    await it.call('ModifyListener', {
      ListenerArn: listenerArn,
      DefaultActions: [{ Type: 'redirect', RedirectConfig }],
    })
    const got = await get(dnsName, '/a/b?c=d', { host: `shop.example:${port}` })
    expect(got.status).toBe(301)
    expect(got.headers.location).toBe('https://shop.example/new/a/b?c=d')
  })

  test('forward by weight, exactly, and act at once when changed', async () => {
    const { dnsName, listenerArn, targetGroupArn } = await stack(it, {}, port)
    const green = await targetGroup(it, 'green')
    const weigh = (blue: number, other: number) =>
      it.call('ModifyListener', {
        ListenerArn: listenerArn,
        DefaultActions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: targetGroupArn, Weight: blue },
                { TargetGroupArn: green, Weight: other },
              ],
            },
          },
        ],
      })
    await weigh(90, 10)
    await register(targetGroupArn, await says('blue'))
    await register(green, await says('green'))
    const share = async () => {
      const bodies = []
      for (let i = 0; i < 20; i += 1) bodies.push((await get(dnsName)).body)
      return bodies.filter((body) => body === 'green').length
    }
    expect(await share()).toBe(2)
    await weigh(0, 100)
    expect(await share()).toBe(20)
  })
})
