import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { caller, stack, targetGroup, world } from '../world.ts'
import { closing, get, it, port, register, says, service, useTraffic } from './targets.ts'

useTraffic()

const failures = () => it.journal.entries('request').map(({ status, cause, path }) => ({ status, cause, path }))

test('each load balancer has an address of its own', async () => {
  const one = await stack(it, {}, port)
  const made = await it.call('CreateLoadBalancer', { Name: 'two', Subnets: ['subnet-a', 'subnet-b'] })
  const other = made.LoadBalancers[0].DNSName
  expect(one.dnsName).toMatch(/^127\.1\.\d+\.\d+$/)
  expect(other).toMatch(/^127\.1\.\d+\.\d+$/)
  expect(other).not.toBe(one.dnsName)
  // Two clouds on one machine do not share addresses either.
  const second = world({ carriesTraffic: true })
  closing.push(() => second.elb.close())
  expect([one.dnsName, other]).not.toContain((await stack(second, {}, port)).dnsName)
})

test('forwards requests and responses with headers and body', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  const target = await service((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.writeHead(201, { 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] })
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
    })
  })
  await register(targetGroupArn, target)
  const got = await get(
    dnsName,
    '/a?b=c',
    { 'x-forwarded-for': '9.9.9.9', connection: 'close', host: 'shop.example' },
    'POST',
    'hello',
  )
  expect(got.status).toBe(201)
  expect(got.headers).toMatchObject({ 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] })
  const seen = JSON.parse(got.body)
  expect(seen).toMatchObject({ method: 'POST', url: '/a?b=c', body: 'hello' })
  expect(seen.headers).toMatchObject({
    host: 'shop.example',
    'x-forwarded-for': '9.9.9.9, 127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-port': `${port}`,
    'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
  })
})

test('takes turns among healthy targets', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  await register(targetGroupArn, await says('a'), await says('b'))
  const bodies = await Promise.all(Array.from({ length: 10 }, async () => (await get(dnsName)).body))
  expect(bodies.filter((body) => body === 'a')).toHaveLength(5)
  expect(failures()).toEqual([])
})

test('returns 503 when no target can take a request, and records it', async () => {
  const { dnsName } = await stack(it, {}, port)
  const got = await get(dnsName, '/x?token=secret')
  expect(got.status).toBe(503)
  expect(got.headers.server).toBe('awselb/2.0')
  expect(got.body).toContain('<h1>503 Service Temporarily Unavailable</h1>')
  expect(failures()).toEqual([{ status: 503, cause: 'no target can take it', path: '/x' }])
})

test('does not send requests to a target that is initial; fails open when all are unhealthy', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  it.answer = () => ({ outcome: 'answered', status: 500 })
  const target = await says('still here')
  it.elb.targetGroups.register(caller, targetGroupArn, { id: '10.0.0.1', port: 8080, address: target })
  expect((await get(dnsName)).status).toBe(503)
  await it.clock.advance(60_000)
  expect(await get(dnsName)).toMatchObject({ status: 200, body: 'still here' })
})

test('returns 502 when a target refuses, resets or closes the connection', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  const gone = await says('')
  await new Promise((resolve) => gone.server.close(resolve))
  await register(targetGroupArn, gone)
  expect((await get(dnsName, '/refused')).status).toBe(502)
  it.elb.targetGroups.deregister(caller, targetGroupArn, { id: '10.0.0.1', port: 8080 })
  await it.clock.advance(400_000)
  await register(targetGroupArn, await service((request) => request.socket.resetAndDestroy()))
  expect((await get(dnsName, '/reset')).status).toBe(502)
  expect(failures()).toEqual([
    { status: 502, cause: 'ECONNREFUSED', path: '/refused' },
    { status: 502, cause: 'ECONNRESET', path: '/reset' },
  ])
})

test('closes the connection when a target is lost during a response', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  const target = await service((request, response) => {
    response.writeHead(200, { 'content-length': 1_000 })
    response.write('begun', () => setImmediate(() => request.socket.destroy()))
  })
  await register(targetGroupArn, target)
  await expect(get(dnsName, '/half')).rejects.toThrow()
  expect(it.journal.entries('request')).toMatchObject([{ path: '/half', target: '10.0.0.1:8080' }])
  expect(it.journal.entries('request')[0]).not.toHaveProperty('status', 502)
})

test('returns 504 after the idle timeout', async () => {
  const { dnsName, targetGroupArn, loadBalancerArn } = await stack(it, {}, port)
  await it.call('ModifyLoadBalancerAttributes', {
    LoadBalancerArn: loadBalancerArn,
    Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: 30 }],
  })
  let asked: () => void = () => {}
  const arrived = new Promise<void>((resolve) => {
    asked = resolve
  })
  await register(targetGroupArn, await service(() => asked()))
  const got = get(dnsName, '/slow')
  await arrived
  await it.clock.advance(30_000)
  expect((await got).status).toBe(504)
  expect(failures()).toEqual([{ status: 504, cause: 'nothing heard for 30 s', path: '/slow' }])
})

test('a draining target gets no new requests, and finishes those it has', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  let finish: () => void = () => {}
  let asked: () => void = () => {}
  const arrived = new Promise<void>((resolve) => {
    asked = resolve
  })
  const old = await service((request, response) => {
    if (request.url !== '/long') return void response.end('old')
    finish = () => void response.end('finished')
    asked()
  })
  await register(targetGroupArn, old)
  const long = get(dnsName, '/long')
  await arrived
  it.elb.targetGroups.register(caller, targetGroupArn, { id: '10.0.0.2', port: 8080, address: await says('new') })
  await it.clock.advance(2_000)
  it.elb.targetGroups.deregister(caller, targetGroupArn, { id: '10.0.0.1', port: 8080 })
  for (let i = 0; i < 5; i += 1) expect((await get(dnsName)).body).toBe('new')
  finish()
  expect((await long).body).toBe('finished')
  expect(failures()).toEqual([])
})

test('open requests at the end of draining are cut off and recorded', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  let asked: () => void = () => {}
  const arrived = new Promise<void>((resolve) => {
    asked = resolve
  })
  await register(targetGroupArn, await service(() => asked()))
  const long = get(dnsName, '/long')
  await arrived
  await it.call('ModifyTargetGroupAttributes', {
    TargetGroupArn: targetGroupArn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: 5 }],
  })
  it.elb.targetGroups.deregister(caller, targetGroupArn, { id: '10.0.0.1', port: 8080 })
  await it.clock.advance(5_000)
  expect((await long).status).toBe(502)
  expect(failures()).toMatchObject([{ status: 502, path: '/long' }])
})

test('an aborted request of a client is no failure', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  let asked: () => void = () => {}
  const arrived = new Promise<void>((resolve) => {
    asked = resolve
  })
  let closed: () => void = () => {}
  const dropped = new Promise<void>((resolve) => {
    closed = resolve
  })
  await register(
    targetGroupArn,
    await service((request) => {
      request.socket.on('close', () => closed())
      asked()
    }),
  )
  const call = httpRequest({ host: dnsName, port, path: '/' })
  call.on('error', () => {})
  call.end()
  await arrived
  call.destroy()
  await dropped
  await it.elb.close()
  expect(failures()).toEqual([])
  expect(it.journal.entries('traffic')).toMatchObject([{ requests: 1, failed: 0, abandoned: 1 }])
})

test('keeps a client with its target where stickiness is on', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  await it.call('ModifyTargetGroupAttributes', {
    TargetGroupArn: targetGroupArn,
    Attributes: [{ Key: 'stickiness.enabled', Value: true }],
  })
  await register(targetGroupArn, await says('a'), await says('b'))
  const first = await get(dnsName)
  const cookie = String(first.headers['set-cookie']?.[0]).split(';')[0] ?? ''
  expect(cookie).toMatch(/^AWSALB=/)
  for (let i = 0; i < 4; i += 1) expect((await get(dnsName, '/', { cookie })).body).toBe(first.body)
})

test('sets the response headers that the listener names', async () => {
  const { dnsName, targetGroupArn, listenerArn } = await stack(it, {}, port)
  await it.call('ModifyListenerAttributes', {
    ListenerArn: listenerArn,
    Attributes: [
      { Key: 'routing.http.response.x_frame_options.header_value', Value: 'DENY' },
      { Key: 'routing.http.response.server.enabled', Value: false },
    ],
  })
  await register(
    targetGroupArn,
    await service((_, response) => {
      response.setHeader('server', 'own')
      response.setHeader('x-frame-options', 'SAMEORIGIN')
      response.end()
    }),
  )
  const got = await get(dnsName)
  expect(got.headers['x-frame-options']).toBe('DENY')
  expect(got.headers.server).toBeUndefined()
})

test('forwards an upgrade in both directions', async () => {
  const { dnsName, targetGroupArn } = await stack(it, {}, port)
  const target = await says('')
  target.server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
    socket.pipe(socket)
  })
  await register(targetGroupArn, target)
  const echoed = await new Promise((resolve, reject) => {
    const call = httpRequest({ host: dnsName, port, headers: { connection: 'Upgrade', upgrade: 'echo' } })
    call.on('error', reject)
    call.on('upgrade', (_, socket) => {
      socket.on('data', (data: Buffer) => {
        resolve(data.toString())
        socket.destroy()
      })
      socket.write('hello')
    })
    call.end()
  })
  expect(echoed).toBe('hello')
})

test('a Network Load Balancer forwards connections unchanged', async () => {
  const group = await targetGroup(it, 'tcp', { Protocol: 'TCP' })
  const made = await it.call('CreateLoadBalancer', { Name: 'net', Type: 'network', Subnets: ['subnet-a'] })
  const { LoadBalancerArn, DNSName } = made.LoadBalancers[0]
  await it.call('CreateListener', {
    LoadBalancerArn,
    Protocol: 'TCP',
    Port: port,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
  })
  await expect(get(DNSName)).rejects.toThrow()
  await register(group, await says('over tcp'))
  expect(await get(DNSName)).toMatchObject({ status: 200, body: 'over tcp' })
})

test('a listener that is deleted no longer listens', async () => {
  const { dnsName, listenerArn } = await stack(it, {}, port)
  await it.call('DeleteListener', { ListenerArn: listenerArn })
  const error = await new Promise<NodeJS.ErrnoException>((resolve) =>
    connect({ host: dnsName, port }).on('error', resolve),
  )
  expect(error.code).toBe('ECONNREFUSED')
})

test('a listener moves to another port', async () => {
  const { dnsName, listenerArn } = await stack(it, {}, port + 1)
  await it.call('ModifyListener', { ListenerArn: listenerArn, Port: port })
  expect((await get(dnsName)).status).toBe(503)
})

test('records the traffic of each target group at the end', async () => {
  const { dnsName, targetGroupArn, loadBalancerArn } = await stack(it, {}, port)
  await register(
    targetGroupArn,
    await service((request, response) => {
      response.statusCode = request.url === '/bad' ? 500 : 200
      response.end()
    }),
  )
  for (const path of ['/', '/', '/bad']) await get(dnsName, path)
  await it.elb.close()
  expect(it.journal.entries('traffic')).toMatchObject([
    {
      loadBalancer: loadBalancerArn,
      targetGroup: targetGroupArn,
      requests: 3,
      failed: 0,
      statuses: { '2xx': 2, '5xx': 1 },
    },
  ])
})
