import type { Device } from '@aws-sdk/client-ecs'
import { containerOptions } from '../../../../../../rehearsal/cloud/runtimes/docker/container-options.ts'
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

test('what a task may use of the machine is passed on', () => {
  const fuse: Device = { hostPath: '/dev/fuse', permissions: ['read', 'write'] }
  const devices = [fuse, { hostPath: '/dev/kvm', containerPath: '/dev/vm' }]
  const { HostConfig } = containerOptions(
    { ...task, launchType: 'EC2', definition: { ...task.definition, pidMode: 'host', ipcMode: 'host' } },
    {
      name: 'agent',
      privileged: true,
      linuxParameters: { capabilities: { add: ['SYS_ADMIN'] }, devices },
    },
    { ...place, networkMode: 'host' },
  )
  expect(HostConfig).toMatchObject({
    ...{ NetworkMode: 'host', PidMode: 'host', IpcMode: 'host', Privileged: true, CapAdd: ['SYS_ADMIN'] },
    Devices: [
      { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rw' },
      { PathOnHost: '/dev/kvm', PathInContainer: '/dev/vm', CgroupPermissions: 'rwm' },
    ],
  })
})

test('a health check in the image is disabled', () => {
  expect(containerOptions(task, { name: 'web' }, place).Healthcheck).toEqual({ Test: ['NONE'] })
})
