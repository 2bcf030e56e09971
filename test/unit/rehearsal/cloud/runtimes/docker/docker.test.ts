import { type Progress, readinessOf } from '../../../../../../rehearsal/cloud/runtimes/container-dependencies.ts'
import { containerOptions } from '../../../../../../rehearsal/cloud/runtimes/docker/container-options.ts'
import { digestOf } from '../../../../../../rehearsal/cloud/runtimes/docker/images.ts'
import { Frames } from '../../../../../../rehearsal/cloud/runtimes/docker/logs.ts'
import { pauseProgram } from '../../../../../../rehearsal/cloud/runtimes/docker/pause-container.ts'
import { pullReason } from '../../../../../../rehearsal/cloud/runtimes/docker/stopped-reasons.ts'
import type { TaskRequest } from '../../../../../../rehearsal/cloud/runtimes/runtime.ts'

const task: TaskRequest = {
  scope: { account: '123456789012', region: 'us-east-1' },
  taskArn: 'arn:task',
  taskId: 'id',
  cluster: 'main',
  service: 'web',
  deploymentId: 'ecs-svc/1',
  family: 'web',
  revision: 3,
  launchType: 'FARGATE',
  definition: { family: 'web', networkMode: 'awsvpc', memory: '512', containerDefinitions: [] },
  containers: [],
  instance: undefined,
  containerArns: {},
}
const place = {
  runId: 'run',
  image: 'web:1',
  networkMode: 'container:pause',
  speed: 10,
  secrets: { TOKEN: 's3cret' },
  volumes: { data: 'volume' },
}

test("a container is created from its definition, in the cloud's time", () => {
  const options = containerOptions(
    task,
    {
      name: 'web',
      image: 'web:1',
      command: ['serve'],
      entryPoint: ['/entry'],
      user: '1000',
      workingDirectory: '/app',
      environment: [{ name: 'AWS_REGION', value: 'eu-west-1' }],
      memory: 128,
      memoryReservation: 64,
      stopTimeout: 25,
      healthCheck: { command: ['CMD-SHELL', 'true'], interval: 30, timeout: 5, retries: 2, startPeriod: 60 },
      mountPoints: [{ sourceVolume: 'data', containerPath: '/data', readOnly: true }],
      ulimits: [{ name: 'nofile', softLimit: 10, hardLimit: 20 }],
      portMappings: [{ containerPort: 80 }],
    },
    place,
  )
  expect(options).toMatchObject({
    name: 'ecs-web-3-web-id',
    Cmd: ['serve'],
    Entrypoint: ['/entry'],
    User: '1000',
    WorkingDir: '/app',
    Env: ['AWS_EXECUTION_ENV=AWS_ECS_FARGATE', 'AWS_REGION=eu-west-1', 'AWS_DEFAULT_REGION=us-east-1', 'TOKEN=s3cret'],
    Labels: { 'slipway.rehearsal': 'run', 'com.amazonaws.ecs.task-arn': 'arn:task' },
    StopTimeout: 3,
    // The check takes as long as it takes; what the cloud waits in between is ten times as short.
    Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 3e9, Timeout: 5e9, Retries: 2, StartPeriod: 6e9 },
    ExposedPorts: {},
    HostConfig: {
      NetworkMode: 'container:pause',
      Memory: 128 * 1024 * 1024,
      MemorySwap: 128 * 1024 * 1024,
      MemoryReservation: 64 * 1024 * 1024,
      Binds: ['volume:/data:ro'],
      Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }],
      PortBindings: {},
    },
  })
})

test("in bridge mode a port is published on loopback, and the task's memory is shared", () => {
  const { HostConfig } = containerOptions(
    { ...task, launchType: 'EC2', definition: { ...task.definition, networkMode: 'bridge' } },
    { name: 'web', portMappings: [{ containerPort: 80 }, { containerPort: 53, hostPort: 5353, protocol: 'udp' }] },
    { ...place, networkMode: 'slipway-run' },
  )
  expect(HostConfig).toMatchObject({
    Memory: 512 * 1024 * 1024,
    PortBindings: {
      '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }],
      '53/udp': [{ HostIp: '127.0.0.1', HostPort: '5353' }],
    },
  })
})

test('a health check in the image is disabled', () => {
  expect(containerOptions(task, { name: 'web' }, place).Healthcheck).toEqual({ Test: ['NONE'] })
})

test.each(['x86_64', 'aarch64', 'arm64'])(
  'the program of the pause container is an ELF executable on %s',
  (architecture) => {
    const file = pauseProgram(architecture)
    expect(file.toString('latin1', 0, 4)).toBe('\x7fELF')
    const [entry, loadedAt, size] = [file.readBigUInt64LE(24), file.readBigUInt64LE(80), file.readBigUInt64LE(96)]
    expect(Number(entry - loadedAt)).toBe(120)
    expect(Number(size)).toBe(file.length)
  },
)

test('an unsupported architecture is named in the error', () => {
  expect(() => pauseProgram('mips')).toThrow('There is no pause container for a Docker engine on mips.')
})

test('log frames are split into lines, whatever the chunks', () => {
  const frame = (text: string) => {
    const header = Buffer.alloc(8)
    header.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  const whole = Buffer.concat([frame('one\ntw'), frame('o\n'), frame('thrée\n')])
  for (let cut = 1; cut < whole.length; cut++) {
    const frames = new Frames()
    expect([...frames.push(whole.subarray(0, cut)), ...frames.push(whole.subarray(cut))]).toEqual([
      'one',
      'two',
      'thrée',
    ])
  }
})

test('the digest is that of the requested repository', () => {
  const digests = ['other/web@sha256:1', '127.0.0.1:5000/web@sha256:2']
  expect(digestOf('127.0.0.1:5000/web:1', digests)).toBe('sha256:2')
  expect(digestOf('127.0.0.1:5000/web@sha256:3', digests)).toBe('sha256:3')
  expect(digestOf('none:1', digests)).toBeUndefined()
})

test('pull errors have the words of Fargate and of container instances', () => {
  const error = Object.assign(new Error('(HTTP code 404) unexpected - manifest unknown'), {
    json: { message: 'manifest unknown' },
  })
  expect(pullReason('web:1', error, 'FARGATE')).toBe(
    'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref web:1: web:1: not found',
  )
  expect(pullReason('web:1', error, 'EC2')).toBe(
    'CannotPullContainerError: Error response from daemon: manifest unknown',
  )
})

describe('dependencies', () => {
  const after = (condition: string, progress: Progress) =>
    readinessOf({ dependsOn: [{ containerName: 'a', condition: condition as 'START' }] }, () => progress).is
  const pending = { status: 'PENDING', health: 'UNKNOWN' } as const
  const running = { status: 'RUNNING', health: 'UNKNOWN' } as const
  const ended = (exitCode: number) => ({ status: 'STOPPED', health: 'UNKNOWN', exitCode }) as const

  test.each([
    ['START', pending, 'waiting'],
    ['START', running, 'ready'],
    ['COMPLETE', running, 'waiting'],
    ['COMPLETE', ended(1), 'ready'],
    ['SUCCESS', ended(0), 'ready'],
    ['SUCCESS', ended(1), 'hopeless'],
    ['HEALTHY', running, 'waiting'],
    ['HEALTHY', { ...running, health: 'HEALTHY' }, 'ready'],
    ['HEALTHY', { ...running, health: 'UNHEALTHY' }, 'hopeless'],
    ['HEALTHY', ended(0), 'hopeless'],
  ] as const)('%s of %j: %s', (condition, progress, expected) => {
    expect(after(condition, progress)).toBe(expected)
  })
})
