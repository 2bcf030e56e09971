// Measures deploy-ecs: time to the verdict, number of calls, memory and processor time:
//   node bench/deploy-ecs.ts [--services 1,10,100,1000]
// bench/deploy-ecs-memory.ts measures the memory of the action alone.
// Times of (a) and (b) are the cloud's own, to the second: they do not depend on this machine.
import './help.ts'
import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CreateServiceCommand } from '@aws-sdk/client-ecs'
import { deploy } from '../test/support/deploy-ecs/deploy.ts'
import { BY_TAG, type EcsCloud, makeService, startEcsCloud } from '../test/support/deploy-ecs/ecs-cloud.ts'

const { values } = parseArgs({ options: { services: { type: 'string', default: '1,10,100,1000' } } })
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Runs a task in a cloud that throttles as AWS does. */
async function inCloud<T>(task: (cloud: EcsCloud) => Promise<T>): Promise<T> {
  const cloud = await startEcsCloud({ seed: 1, scenario: `${BY_TAG}\nthrottle: true\n` })
  try {
    return await task(cloud)
  } finally {
    await cloud.close()
  }
}

console.log('(a) From the moment all was done (last new target healthy, rollout complete) to the exit')
for (const desiredCount of [1, 4, 20]) {
  await inCloud(async (cloud) => {
    await makeService(cloud, { desiredCount })
    const from = cloud.journal.entries().length
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    const journal = cloud.journal.entries().slice(from)
    const at = (type: string, wanted: (entry: Readonly<Record<string, unknown>>) => boolean) =>
      Date.parse(journal.findLast((entry) => entry.type === type && wanted(entry))?.at ?? '')
    const healthy = at('target', ({ to }) => to === 'healthy')
    const complete = at('service-deployment', ({ status }) => status === 'SUCCESSFUL')
    const late = cloud.clock.now() - Math.max(healthy, complete)
    console.log(`  ${desiredCount} tasks: ${seconds(late)} (verdict ${done.outputs['verdict']}; one poll is 2 to 10 s)`)
  })
}

console.log('(b) From the event that decides a failure to the exit (on-failure: leave)')
for (const tag of ['missing', 'no-secret', 'crash', 'oom', 'sick', 'mute', 'late-crash']) {
  await inCloud(async (cloud) => {
    await makeService(cloud, { desiredCount: 3 })
    const begun = cloud.clock.now()
    const from = cloud.journal.entries().length
    const done = await deploy(cloud, { image: `example.com/web:${tag}`, 'on-failure': 'leave' })
    const failures = new Map(
      cloud.journal
        .entries()
        .slice(from)
        .filter(
          ({ type, stopCode, stoppedReason }) =>
            type === 'task' && stopCode !== undefined && !String(stoppedReason).startsWith('Scaling'),
        )
        .map((entry) => [entry['taskArn'], entry.at] as const)
        .reverse(),
    )
    const needed = tag === 'missing' || tag === 'no-secret' ? 2 : 3
    const decided = Date.parse([...failures.values()].sort()[needed - 1] ?? '')
    const now = cloud.clock.now()
    console.log(
      `  ${tag}: ${seconds(now - decided)} (${seconds(now - begun)} after the start; verdict ${done.outputs['verdict']})`,
    )
  })
}

console.log('(c) Calls for many services in one step')
for (const count of values.services.split(',').map(Number)) {
  await inCloud(async (cloud) => {
    await makeService(cloud, { name: 's0', desiredCount: 1, balanced: false })
    const names = Array.from({ length: count }, (_, index) => `s${index}`)
    for (const name of names.slice(1)) {
      await cloud.ecs.send(
        new CreateServiceCommand({
          cluster: 'production',
          serviceName: name,
          taskDefinition: 's0',
          desiredCount: 1,
          launchType: 'FARGATE',
          networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
        }),
      )
    }
    await cloud.clock.advance(300_000)
    const from = cloud.journal.entries('api').length
    const begun = cloud.clock.now()
    const wall = performance.now()
    cloud.arm()
    const done = await deploy(cloud, { service: names.join(','), image: 'example.com/web:next' })
    const throttled = cloud.journal.entries('api').filter(({ outcome }) => outcome === 'ThrottlingException').length
    const calls = cloud.journal.entries('api').slice(from)
    const by = Map.groupBy(calls, ({ action }) => String(action))
    const took = cloud.clock.now() - begun
    const polls = Math.max(1, Math.round((by.get('DescribeServices')?.length ?? 0) / Math.ceil(count / 10)) - 1)
    console.log(
      `  ${count} services: ${calls.length} calls in ${seconds(took)} of the cloud's time, ${polls} looks; ${throttled} throttled; ${done.outputs['verdict']}; ` +
        `${seconds(performance.now() - wall)} here\n    ` +
        [...by]
          .map(([action, list]) => `${action} ${list.length} (${((list.length / took) * 1000).toFixed(1)}/s)`)
          .join(', '),
    )
  })
}

console.log('(d) The bundle')
const bundle = fileURLToPath(new URL('../actions/deploy-ecs/dist/index.js', import.meta.url))
if (existsSync(bundle)) {
  const times = Array.from({ length: 11 }, () => {
    const begun = performance.now()
    try {
      execFileSync(process.execPath, [bundle], { stdio: 'ignore', env: { PATH: process.env['PATH'] } })
    } catch {
      // Without inputs it ends at once with an error.
    }
    return performance.now() - begun
  }).sort((a, b) => a - b)
  console.log(
    `  ${statSync(bundle).size} bytes; starts, and refuses to go on without inputs, in ${Math.round(times[5] ?? 0)} ms (median of 11)`,
  )
} else console.log('  not built: npm run build -- deploy-ecs')
