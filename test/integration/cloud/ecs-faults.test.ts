import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { loadScenario } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'

// Scenarios played to a real client over HTTP: what goes wrong with calls, and that the same seed replays it.

let cloud: Cloud | undefined
let clock: ManualClock
afterEach(() => cloud?.close())

async function play(scenario: string, seed = 1): Promise<ECSClient> {
  clock = new ManualClock(Date.now())
  cloud = await startCloud({ clock, seed, runtime: 'simulated', scenario: loadScenario(scenario) })
  return client()
}

const client = (maxAttempts = 1) =>
  new ECSClient({
    endpoint: cloud?.url ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
    maxAttempts,
  })

/** Tries until it is let through: the setup is not what these tests are about. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let i = 0; i < 50; i++) {
    try {
      return await call()
    } catch (error) {
      if (i === 49) throw error
    }
  }
  throw new Error('unreachable')
}

async function service(ecs: ECSClient): Promise<void> {
  await insist(() => ecs.send(new CreateClusterCommand({ clusterName: 'main' })))
  const containerDefinitions = [{ name: 'web', image: 'registry.example/web:1', memory: 64 }]
  await insist(() => ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions })))
  await insist(() =>
    ecs.send(new CreateServiceCommand({ cluster: 'main', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 })),
  )
  await clock.advance(120_000)
}

const describeServices = (ecs: ECSClient) =>
  ecs.send(new DescribeServicesCommand({ cluster: 'main', services: ['web'] }))

/** `ok` or the error's name, for each of so many calls. */
async function outcomes(count: number, call: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = []
  for (let i = 0; i < count; i++)
    seen.push(
      await call().then(
        () => 'ok',
        (error: Error) => error.name,
      ),
    )
  return seen
}

test('throttled: the same seed refuses the same calls', async () => {
  const tell = async (seed: number) => {
    const ecs = await play('throttled', seed)
    await service(ecs)
    const seen = await outcomes(40, () => describeServices(ecs))
    await cloud?.close()
    return seen
  }
  const first = await tell(1)
  expect(new Set(first)).toEqual(new Set(['ok', 'ThrottlingException']))
  expect(await tell(1)).toEqual(first)
  expect(await tell(2)).not.toEqual(first)
})

test('throttled: enforces the documented rates', async () => {
  const ecs = await play('throttled')
  await insist(() => ecs.send(new CreateClusterCommand({ clusterName: 'main' })))
  const containerDefinitions = [{ name: 'web', image: 'registry.example/web:1', memory: 64 }]
  const register = () => ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions }))
  const seen = await outcomes(25, register)
  expect(seen).toEqual([...Array(20).fill('ok'), ...Array(5).fill('ThrottlingException')])
  await clock.advance(2_000)
  expect(await outcomes(3, register)).toEqual(['ok', 'ok', 'ThrottlingException'])
})

test('expired-credentials: from the fourth DescribeServices on', async () => {
  const ecs = await play('expired-credentials')
  await service(ecs)
  expect(await outcomes(4, () => describeServices(ecs))).toEqual(['ok', 'ok', 'ok', 'ExpiredTokenException'])
})

test('connection-resets: an update takes effect although its response is lost', async () => {
  const ecs = await play('connection-resets')
  await service(ecs)
  const update = new UpdateServiceCommand({ cluster: 'main', service: 'web', forceNewDeployment: true })
  await expect(ecs.send(update)).rejects.toThrow(/ECONNRESET/)
  expect(cloud?.journal.entries('service-deployment').map(({ status }) => status)).toEqual([
    'IN_PROGRESS',
    'SUCCESSFUL',
    'IN_PROGRESS',
  ])
  const seen = await outcomes(30, () => describeServices(ecs))
  expect(seen).toContain('ok')
  expect(seen.filter((outcome) => outcome !== 'ok').length).toBeGreaterThan(0)
})

test('server-errors: a retrying client succeeds', async () => {
  await play('server-errors')
  const patient = client(10)
  await service(patient)
  const { services } = await describeServices(patient)
  expect(services?.[0]).toMatchObject({ runningCount: 2 })
  const api = cloud?.journal.entries('api') ?? []
  expect(api.filter(({ outcome }) => outcome === 'ServerException').length).toBeGreaterThan(0)
})
