// Measures the memory of the deploy-ecs bundle, in its own process, while it watches many slow services:
//   node bench/deploy-ecs-memory.ts [--services 1,10,100,1000] [--minutes 10]
// The cloud is in this process. Both run on a faster clock.
import './help.ts'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CreateServiceCommand, ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { startCloud } from '../rehearsal/cloud/cloud.ts'
import { parseScenario } from '../rehearsal/cloud/runtimes/simulated/index.ts'
import { BY_TAG, makeService } from '../test/support/deploy-ecs/ecs-cloud.ts'
import { bundle, runStep } from '../test/support/run-action.ts'

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '1,10,100,1000' },
    minutes: { type: 'string', default: '10' },
  },
})
const SPEED = 60
const region = 'eu-west-1'
const preload = fileURLToPath(new URL('fast-clock.ts', import.meta.url))
const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

interface Sample {
  readonly at: number
  readonly heapUsed: number
  readonly rss: number
}

for (const count of values.services.split(',').map(Number)) console.log(await measure(count))

async function measure(count: number): Promise<string> {
  const scenario = parseScenario(BY_TAG.replace('takes: 90s', 'takes: 24h'), 'bench')
  const cloud = await startCloud({ runtime: 'simulated', scenario, speed: SPEED, region, throttle: false })
  const config = { region, endpoint: cloud.url, credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' } }
  const [ecs, elb] = [new ECSClient(config), new ElasticLoadBalancingV2Client(config)]
  const folder = mkdtempSync(join(tmpdir(), 'deploy-ecs-memory-'))
  try {
    const clock = { advance: (ms: number) => delay(ms / SPEED) }
    const names = Array.from({ length: count }, (_, index) => `s${index}`)
    // This cloud has IAM, which has no such role.
    const taskDefinition = { executionRoleArn: undefined }
    await makeService({ ecs, elb, clock }, { name: 's0', desiredCount: 1, balanced: false, taskDefinition })
    for (const serviceName of names.slice(1)) {
      await ecs.send(
        new CreateServiceCommand({
          cluster: 'production',
          serviceName,
          taskDefinition: 's0',
          desiredCount: 1,
          launchType: 'FARGATE',
          networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
        }),
      )
    }
    await clock.advance(120_000)
    const from = cloud.journal.entries('api').length
    const file = join(folder, 'memory')
    const done = await runStep(bundle('deploy-ecs'), {
      inputs: {
        cluster: 'production',
        services: names.join(','),
        image: 'example.com/web:slow',
        timeout: `${values.minutes}m`,
        'on-failure': 'leave',
      },
      env: {
        ...cloud.env,
        SPEED: `${SPEED}`,
        MEMORY: file,
        NODE_OPTIONS: `--expose-gc --import ${preload}`,
      },
    })
    const calls = cloud.journal.entries('api').slice(from)
    const updated = calls.findLastIndex(({ action }) => action === 'UpdateService')
    const watching = calls.slice(updated + 1)
    const looks = watching.filter(({ action }) => action === 'DescribeServices').length / Math.ceil(count / 10)
    const begun = Date.parse(calls[updated]?.at ?? '')
    const samples = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Sample)
      .filter(({ at }) => at >= begun)
    return report(count, done.outputs['verdict'] ?? 'none', looks, watching, samples)
  } finally {
    for (const client of [ecs, elb]) client.destroy()
    await cloud.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Growth between the middle and the end of the watch: by the middle, the memory for each service is in use. */
function report(
  count: number,
  verdict: string,
  looks: number,
  watching: readonly Readonly<Record<string, unknown>>[],
  samples: readonly Sample[],
): string {
  const half = samples.slice(Math.floor(samples.length / 2))
  const few = Math.max(1, Math.floor(half.length / 4))
  const median = (some: readonly Sample[]) =>
    some.map(({ heapUsed }) => heapUsed).sort((a, b) => a - b)[some.length >> 1]
  const [middle = 0, end = 0] = [median(half.slice(0, few)), median(half.slice(-few))]
  const by = [...Map.groupBy(watching, ({ action }) => String(action))]
    .map(([action, list]) => `${action} ${(list.length / looks).toFixed(1)}`)
    .join(', ')
  return (
    `${count} services, ${Math.round(looks)} looks (${verdict}): heap ${mega(middle)} halfway, ${mega(end)} at the end ` +
    `(${((end - middle) / (looks / 2) / 1e3).toFixed(1)} kB a look); RSS at most ${mega(Math.max(...samples.map(({ rss }) => rss)))}\n` +
    `  calls a look: ${by}`
  )
}
