// Whether a task can use this machine: only in a cloud that was started with --allow-host-access. Needs a Docker engine.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
} from '@aws-sdk/client-ecs'
import { type CloudOptions, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { busyboxImage, removeTestImages } from '../../support/busybox-image.ts'
import { runLabel } from '../../support/run-label.ts'

const TEST = `host-access-${process.pid}`
const folder = mkdtempSync(join(tmpdir(), 'slipway-host-access-'))
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await removeTestImages(TEST)
})

async function start(options: CloudOptions): Promise<ECSClient> {
  const cloud = await startCloud({ runId: runLabel(), ...options })
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'x' }
  const ecs = new ECSClient({ endpoint: cloud.url, region: 'us-east-1', credentials })
  closing.push(async () => ecs.destroy(), cloud.close)
  return ecs
}

/** Writes a file into a folder of this machine. */
const writes = (image: string): RegisterTaskDefinitionCommandInput => ({
  family: 'writes',
  volumes: [{ name: 'disk', host: { sourcePath: folder } }],
  containerDefinitions: [
    {
      ...{ name: 'web', image, memory: 64, command: ['sh', '-c', 'echo x > /disk/marker'] },
      mountPoints: [{ sourceVolume: 'disk', containerPath: '/disk' }],
    },
  ],
})

test('RegisterTaskDefinition refuses a path of the machine, and names the option', async () => {
  const ecs = await start({ runtime: 'docker' })
  await expect(ecs.send(new RegisterTaskDefinitionCommand(writes('web:1')))).rejects.toMatchObject({
    name: 'ClientException',
    message: expect.stringMatching(/volumes\[0\]\.host\.sourcePath '.*slipway-host-access.*--allow-host-access/),
  })
})

test('with the option, a task writes to that path', async () => {
  const ecs = await start({ runtime: 'docker', allowHostAccess: true })
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }))
  await ecs.send(new RegisterTaskDefinitionCommand(writes(await busyboxImage(TEST))))
  const { tasks: started = [] } = await ecs.send(
    new RunTaskCommand({ cluster: 'main', taskDefinition: 'writes', launchType: 'EC2' }),
  )
  const stopped = async (): Promise<number | undefined> => {
    const arns = [started[0]?.taskArn ?? '']
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: arns }))
    if (tasks[0]?.lastStatus === 'STOPPED') return tasks[0].containers?.[0]?.exitCode
    await delay(100)
    return stopped()
  }
  expect(await stopped()).toBe(0)
  expect(readdirSync(folder)).toEqual(['marker'])
})

test('simulated tasks use nothing of the machine, so their definitions are accepted', async () => {
  const ecs = await start({ runtime: 'simulated' })
  const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(writes('web:1')))
  expect(taskDefinition).toMatchObject({ volumes: [{ name: 'disk', host: { sourcePath: folder } }] })
})
