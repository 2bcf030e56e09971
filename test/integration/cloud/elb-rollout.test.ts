// The example's service, as real processes behind a real listener, through a rollout under load: no request may fail.
// Needs Node only.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createElb, type Elb, probeOverHttp } from '../../../rehearsal/cloud/elb/index.ts'
import type { Target } from '../../../rehearsal/cloud/interfaces.ts'
import type { Caller, Members } from '../../../rehearsal/cloud/kernel/call.ts'
import { RealClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { Journal } from '../../../rehearsal/cloud/kernel/journal.ts'

const caller: Caller = {
  account: '123456789012',
  region: 'us-east-1',
  accessKeyId: 'test',
  arn: 'arn:aws:iam::123456789012:user/test',
  userId: 'test',
  role: undefined,
}
const clock = new RealClock()
const journal = new Journal(clock)
const children: ChildProcess[] = []
let elb: Elb

beforeAll(() => {
  elb = createElb({ clock, journal, network: { carriesTraffic: true }, prober: { probe: probeOverHttp } })
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await elb.close()
})

/** Starts the example's service, of a version, on a free port. */
async function start(version: string, id: string): Promise<{ child: ChildProcess; target: Target }> {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../../examples/web/server.js', import.meta.url))], {
    env: { ...process.env, PORT: `${port}`, VERSION: version },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  if (child.stdout !== null) {
    await once(child.stdout, 'data')
    child.stdout.resume()
  }
  return { child, target: { id, port: 8080, address: { host: '127.0.0.1', port } } }
}

async function call(operation: string, input: Members): Promise<Record<string, Record<string, string>[]>> {
  return (await elb.operations[operation]?.(input, caller)) as Record<string, Record<string, string>[]>
}

async function balancer() {
  const made = await call('CreateLoadBalancer', { Name: 'web', Subnets: ['subnet-a', 'subnet-b'] })
  const { LoadBalancerArn = '', DNSName: host = '' } = made['LoadBalancers']?.[0] ?? {}
  const group = { Name: 'web', Protocol: 'HTTP', Port: '8080', VpcId: 'vpc-1', TargetType: 'ip' }
  const health = { HealthCheckPath: '/healthz', HealthCheckIntervalSeconds: '5', HealthCheckTimeoutSeconds: '2' }
  const arn = (await call('CreateTargetGroup', { ...group, ...health }))['TargetGroups']?.[0]?.['TargetGroupArn'] ?? ''
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '2' }]
  await call('ModifyTargetGroupAttributes', { TargetGroupArn: arn, Attributes })
  const DefaultActions = [{ Type: 'forward', TargetGroupArn: arn }]
  const port = 8089
  await call('CreateListener', { LoadBalancerArn, Protocol: 'HTTP', Port: `${port}`, DefaultActions })
  return { host, port, arn }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Sends requests without pause, some over kept connections and some over new ones, until `stop` is called. */
function load(host: string, port: number) {
  const seen = { versions: new Set<string>(), requests: 0, failed: [] as string[] }
  const kept = new Agent({ keepAlive: true })
  let on = true
  const one = (agent: Agent | false) =>
    new Promise<void>((resolve) => {
      const fail = (why: string) => {
        seen.failed.push(why)
        resolve()
      }
      const sent = request({ host, port, agent }, (response) => {
        let body = ''
        response.on('data', (chunk) => {
          body += chunk
        })
        response.on('error', (error) => fail(error.message))
        response.on('end', () => {
          if (response.statusCode !== 200) return fail(`status ${response.statusCode}`)
          seen.versions.add(JSON.parse(body).version)
          resolve()
        })
      })
      sent.on('error', (error) => fail(error.message)).end()
      seen.requests += 1
    })
  const worker = async (agent: Agent | false) => {
    while (on) await one(agent)
  }
  const workers = [kept, kept, kept, false as const].map(worker)
  return {
    seen,
    stop: async () => {
      on = false
      await Promise.all(workers)
      kept.destroy()
    },
  }
}

test('a rollout of the example loses no request, and its old process exits by itself', async () => {
  const { host, port, arn } = await balancer()
  const state = (target: Target) => elb.targetGroups.health(caller, arn, target)?.state
  const old = await start('1', '10.0.0.1')
  elb.targetGroups.register(caller, arn, old.target)
  await until(() => state(old.target) === 'healthy')

  const { seen, stop } = load(host, port)
  const fresh = await start('2', '10.0.0.2')
  elb.targetGroups.register(caller, arn, fresh.target)
  await until(() => state(fresh.target) === 'healthy')
  elb.targetGroups.deregister(caller, arn, old.target)
  await until(() => state(old.target) === undefined)
  old.child.kill('SIGTERM')
  const [code, signal] = await once(old.child, 'exit')
  await stop()

  expect({ code, signal }).toEqual({ code: 0, signal: null })
  expect(seen.failed).toEqual([])
  expect([...seen.versions].sort()).toEqual(['1', '2'])
  await elb.close()
  expect(journal.entries('request')).toEqual([])
  expect(journal.entries('traffic')).toMatchObject([{ targetGroup: arn, requests: seen.requests, failed: 0 }])
})
