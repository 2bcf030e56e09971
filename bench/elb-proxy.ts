// Measures a load balancer of the rehearsal: the same requests directly to a service, and through the load balancer.
// Both in one run, in turns, on the same machine; the result is the ratio. Client, load balancer and service have a thread
// each. Run: node bench/elb-proxy.ts [SECONDS]
import './help.ts'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createElb, probeOverHttp } from '../rehearsal/cloud/elb/index.ts'
import type { Caller } from '../rehearsal/cloud/kernel/call.ts'
import { RealClock } from '../rehearsal/cloud/kernel/clock.ts'
import { Journal } from '../rehearsal/cloud/kernel/journal.ts'

interface Address {
  readonly host: string
  readonly port: number
}

type Role = { readonly name: 'service' } | { readonly name: 'balancer'; readonly target: Address }

const seconds = Number(process.argv[2] ?? 3)
const concurrency = 32
const caller: Caller = {
  account: '123456789012',
  region: 'us-east-1',
  accessKeyId: 'bench',
  arn: 'arn:aws:iam::123456789012:user/bench',
  userId: 'bench',
  role: undefined,
}

/** Starts a service. Returns its port. */
async function service(): Promise<Address> {
  const body = Buffer.alloc(1_024, 'x')
  const server = createServer((_, response) => response.end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

/** Starts a load balancer for that service. Returns its address. */
async function balancer(address: Address): Promise<Address> {
  const clock = new RealClock()
  const elb = createElb({
    clock,
    journal: new Journal(clock),
    network: { carriesTraffic: true },
    prober: { probe: probeOverHttp },
  })
  const call = async (operation: string, input: Record<string, unknown>) =>
    (await elb.operations[operation]?.(input, caller)) as Record<string, Record<string, string>[]>
  const made = await call('CreateLoadBalancer', { Name: 'bench', Subnets: ['subnet-a', 'subnet-b'] })
  const { LoadBalancerArn = '', DNSName: host = '' } = made['LoadBalancers']?.[0] ?? {}
  const group = { Name: 'bench', Protocol: 'HTTP', Port: '80', VpcId: 'vpc-1', TargetType: 'ip' }
  const TargetGroupArn = (await call('CreateTargetGroup', group))['TargetGroups']?.[0]?.['TargetGroupArn'] ?? ''
  const port = await freePort(host)
  const DefaultActions = [{ Type: 'forward', TargetGroupArn }]
  await call('CreateListener', { LoadBalancerArn, Protocol: 'HTTP', Port: `${port}`, DefaultActions })
  const target = { id: '10.0.0.1', port: 80, address }
  elb.targetGroups.register(caller, TargetGroupArn, target)
  while (elb.targetGroups.health(caller, TargetGroupArn, target)?.state !== 'healthy') {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { host, port }
}

/** Runs this file as the service or the load balancer, in its own thread. */
function inThread(role: Role): Promise<Address> {
  const worker = new Worker(new URL(import.meta.url), { workerData: role })
  worker.unref()
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

async function freePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Requests per second, `concurrency` at a time over open connections. Throws at the first failure. */
async function rate(host: string, port: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const end = performance.now() + seconds * 1_000
  const begun = performance.now()
  let done = 0
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const call = request({ host, port, agent }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode} from ${host}:${port}`))
        response.resume().on('end', resolve)
      })
      call.on('error', reject).end()
    })
  const worker = async () => {
    while (performance.now() < end) {
      await one()
      done += 1
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  agent.destroy()
  return done / ((performance.now() - begun) / 1_000)
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function compare(): Promise<void> {
  const straight = await inThread({ name: 'service' })
  const through = await inThread({ name: 'balancer', target: straight })
  const rounds: { direct: number; balanced: number }[] = []
  // The first round warms up, and does not count.
  for (let round = 0; round < 6; round += 1) {
    const direct = await rate(straight.host, straight.port)
    const balanced = await rate(through.host, through.port)
    if (round > 0) rounds.push({ direct, balanced })
  }
  const direct = median(rounds.map((round) => round.direct))
  const balanced = median(rounds.map((round) => round.balanced))
  console.log(`direct             ${Math.round(direct)} requests/s`)
  console.log(`through a balancer ${Math.round(balanced)} requests/s`)
  console.log(`ratio              ${(balanced / direct).toFixed(2)}`)
  console.log(`memory             ${Math.round(process.memoryUsage().rss / 1e6)} MB`)
}

if (isMainThread) await compare()
else {
  const role = workerData as Role
  parentPort?.postMessage(role.name === 'service' ? await service() : await balancer(role.target))
}
