import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { BatchCheckLayerAvailabilityCommand, CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { type CloudCli, cloudsAsProcesses, isRunning, root } from '../../support/cloud-cli.ts'

// The cloud as a process of its own, with the AWS CLI and the SDK as its clients. Needs Docker, docker-registry and moto's server.

const run = promisify(execFile)
const clouds = cloudsAsProcesses()
const { folder } = clouds
afterAll(() => clouds.close())

/** Starts the cloud, and waits until it has written its environment. */
const start = (...args: string[]) => clouds.start(args)

const aws = async (env: Readonly<Record<string, string>>, ...args: string[]) => {
  const { stdout } = await run('aws', [...args, '--output', 'json'], { env: { ...process.env, ...env } })
  return stdout.startsWith('{') ? JSON.parse(stdout) : stdout
}

/** What a client of the SDK needs to know of the environment that the cloud writes. */
const configured = (env: Readonly<Record<string, string>>) => ({
  endpoint: env['AWS_ENDPOINT_URL'] ?? '',
  region: env['AWS_DEFAULT_REGION'] ?? '',
  credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' },
})

test('the AWS CLI works with the environment that the cloud writes', async () => {
  const { env, output } = await start('--region', 'eu-west-1', '--account', '111122223333')
  expect(output()).toContain(`export AWS_ENDPOINT_URL=${env['AWS_ENDPOINT_URL']}`)
  expect(await aws(env, 'sts', 'get-caller-identity')).toMatchObject({ Account: '111122223333' })

  await aws(env, 'ecr', 'create-repository', '--repository-name', 'web')
  const { repositories } = await aws(env, 'ecr', 'describe-repositories')
  expect(repositories).toEqual([
    expect.objectContaining({ repositoryUri: expect.stringMatching(/^127\.0\.0\.1:\d+\/web$/) }),
  ])
  expect(await aws(env, 'ecr', 'describe-images', '--repository-name', 'web')).toEqual({ imageDetails: [] })
  await expect(aws(env, 'ecr', 'describe-images', '--repository-name', 'nope')).rejects.toThrow(
    /\(RepositoryNotFoundException\).*The repository with name 'nope' does not exist in the registry with id '111122223333'/,
  )

  await aws(env, 's3', 'mb', 's3://from-the-cli')
  await aws(
    env,
    's3api',
    'put-object',
    '--bucket',
    'from-the-cli',
    '--key',
    'package.json',
    '--body',
    join(root, 'package.json'),
  )
  const copy = join(folder, 'copy.json')
  await aws(env, 's3api', 'get-object', '--bucket', 'from-the-cli', '--key', 'package.json', copy)
  expect(readFileSync(copy)).toEqual(readFileSync(join(root, 'package.json')))
})

/** Makes the cloud start all that it runs for itself, and gives the processes and the folder of the registry. */
async function wakeAll({ child, env }: CloudCli) {
  const ecr = new ECRClient(configured(env))
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'web' }))
  const layerDigests = [`sha256:${'0'.repeat(64)}`]
  await ecr.send(new BatchCheckLayerAvailabilityCommand({ repositoryName: 'web', layerDigests }))
  ecr.destroy()
  const iam = new IAMClient(configured(env))
  await iam.send(new ListRolesCommand({}))
  iam.destroy()
  const children = await descendants(child.pid ?? 0)
  const [, registryFolder = ''] = /docker-registry serve (\S+)\/config/.exec(children.join('\n')) ?? []
  expect(children.join('\n')).toMatch(/moto_server/)
  expect(existsSync(registryFolder)).toBe(true)
  return { pids: children.map((line) => Number.parseInt(line, 10)), registryFolder }
}

test('npm run cloud exits on SIGTERM', async () => {
  const { child, output, ended } = await clouds.start(['--runtime', 'simulated'], {}, ['npm', 'run', 'cloud', '--'])
  const [cloud = ''] = (await descendants(child.pid ?? 0)).filter((line) => line.includes('rehearsal/cloud/cli.ts'))
  child.kill('SIGTERM')
  await ended
  expect(output()).toContain('SIGTERM: stopping the rehearsal cloud.')
  expect(isRunning(Number.parseInt(cloud, 10))).toBe(false)
})

test('after SIGKILL its child processes and their folders are gone', async () => {
  const cloud = await start('--runtime', 'simulated')
  const { pids, registryFolder } = await wakeAll(cloud)
  cloud.child.kill('SIGKILL')
  await cloud.ended
  const left = async (): Promise<void> => {
    if (!pids.some(isRunning) && !existsSync(registryFolder)) return
    await delay(50)
    return left()
  }
  await left()
})

test('on SIGTERM it exits and removes its child processes and folders', async () => {
  const journal = join(folder, 'journal.jsonl')
  const cloud = await start('--journal', journal)
  const { child, env, ended, output } = cloud
  const { pids, registryFolder } = await wakeAll(cloud)

  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(output()).toContain('SIGTERM')
  expect(pids.filter(isRunning)).toEqual([])
  expect(existsSync(registryFolder)).toBe(false)
  await expect(fetch(`${env['AWS_ENDPOINT_URL']}/_slipway/health`)).rejects.toThrow()

  const entries = readFileSync(journal, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(entries.map(({ action }) => action)).toEqual(['CreateRepository', 'BatchCheckLayerAvailability', 'ListRoles'])
  expect(entries[0]).toMatchObject({ seq: 1, type: 'api', account: '123456789012', outcome: 'ok' })
})

test('health and journal are served over HTTP, and credentials can be expired', async () => {
  const { env } = await start()
  const url = env['AWS_ENDPOINT_URL'] ?? ''
  expect(await (await fetch(`${url}/_slipway/health`)).json()).toMatchObject({ status: 'ok' })
  const role = ['--role-arn', 'arn:aws:iam::123456789012:role/ci', '--role-session-name', 'me']
  const { Credentials } = await aws(env, 'sts', 'assume-role', ...role)
  const expired = await fetch(`${url}/_slipway/expire-credentials?account=123456789012`, { method: 'POST' })
  expect(await expired.json()).toEqual({ expired: 1 })
  const keys = {
    ...env,
    AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
    AWS_SESSION_TOKEN: Credentials.SessionToken,
  }
  await expect(aws(keys, 'sts', 'get-caller-identity')).rejects.toThrow(/\(ExpiredToken\)/)

  const journal = await (await fetch(`${url}/_slipway/journal?type=api&after=1`)).text()
  const entries = journal
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(entries).toEqual([
    expect.objectContaining({ action: 'GetCallerIdentity', outcome: 'ExpiredToken', status: 403 }),
  ])
  expect(journal).not.toContain(Credentials.SessionToken)
  expect((await fetch(`${url}/_slipway/nonesuch`)).status).toBe(404)
  const post = async (page: string) => (await fetch(`${url}/_slipway/${page}`, { method: 'POST' })).json()
  await aws(env, 'ecr', 'get-authorization-token')
  expect(await post('expire-registry-tokens')).toEqual({ expired: 1 })
  expect(await post('alarms?name=errors&state=ALARM')).toEqual({ name: 'errors', state: 'ALARM' })
  expect(await post('alarms?name=errors&state=red')).toEqual({ error: expect.stringContaining("'red'") })
})

test.each([
  [['--port', '70000'], /--port needs a port from 0 to 65535, not '70000'/],
  [['--account', '42'], /--account needs an account number of 12 digits, not '42'/],
  [['--region', 'Ireland'], /--region needs a region such as us-east-1, not 'Ireland'/],
  [['--speed', '0'], /--speed needs a number above 0, not '0'/],
  [['--runtime', 'podman'], /--runtime needs docker or simulated, not 'podman'/],
  [['--scenario', 'good-weather'], /no scenario 'good-weather'.*all-is-well/],
  [['--scenario', 'out-of-memory'], /tasks, which only the simulated runtime supports.*--runtime simulated/],
  [['--seed', 'x'], /--seed needs a whole number.*not 'x'/],
  [['--allow-hostname', 'http://web.test:80'], /--allow-hostname needs a name.*not 'http:\/\/web\.test:80'/],
  [['--colour', 'red'], /'--colour'/],
  [['--journal', '/nonexistent/folder/journal'], /--journal.*\/nonexistent\/folder\/journal/],
  [['--datadog', '/nonexistent/datadog.yaml'], /--datadog needs a Datadog scenario.*nonexistent/],
  [['--env-file', '/nonexistent/folder/env'], /--env-file.*\/nonexistent\/folder\/env/],
])('%j is refused by its name, before anything starts', async (args, message) => {
  const call = run(join(root, 'node_modules/.bin/node'), ['--', 'rehearsal/cloud/cli.ts', '--port', '0', ...args], {
    cwd: root,
  })
  await expect(call).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) })
})

test('a used port is named in the error', async () => {
  const { env } = await start()
  const { port } = new URL(env['AWS_ENDPOINT_URL'] ?? '')
  const call = run(join(root, 'node_modules/.bin/node'), ['--', 'rehearsal/cloud/cli.ts', '--port', port], {
    cwd: root,
  })
  await expect(call).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(`port ${port}: it is in use.*--port`),
  })
})

test('without Docker, services run on simulated tasks at the given speed', async () => {
  const { env } = await start('--runtime', 'simulated', '--speed', '100', '--seed', '7')
  const ecs = new ECSClient(configured(env))
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }))
  const containerDefinitions = [{ name: 'web', image: 'web:1', memory: 128 }]
  await ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions }))
  const service = { cluster: 'main', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 }
  await ecs.send(new CreateServiceCommand(service))
  const state = async (): Promise<string> => {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'main', services: ['web'] }))
    const { deployments, runningCount } = services?.[0] ?? {}
    const rolloutState = deployments?.[0]?.rolloutState
    if (rolloutState !== 'IN_PROGRESS') return `${rolloutState} ${runningCount}`
    await delay(50)
    return state()
  }
  expect(await state()).toBe('COMPLETED 2')
  ecs.destroy()
})

/** `PID COMMAND` of every process below `pid`. */
async function descendants(pid: number): Promise<string[]> {
  const { stdout } = await run('ps', ['-e', '-o', 'pid=,ppid=,args='])
  const rows = stdout.split('\n').flatMap((line) => {
    const [, id, parent, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return id === undefined ? [] : [{ id: Number(id), parent: Number(parent), args }]
  })
  const below = (parent: number): typeof rows =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.id)])
  return below(pid).map(({ id, args }) => `${id} ${args}`)
}
