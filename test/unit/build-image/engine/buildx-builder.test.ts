import { findBuildx, inspectBuilder } from '../../../../actions/build-image/src/engine/buildx-builder.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import type { ExecResult } from '../../../../toolkit/process/exec.ts'

/** Programs of a machine by command line; `undefined` for one that is not installed. */
function machine(programs: (command: string) => Partial<ExecResult> | undefined) {
  const commands: string[] = []
  const cancellation = new AbortController()
  const query = async (program: string, args: readonly string[]) => {
    const command = [program, ...args].join(' ')
    commands.push(command)
    const answer = programs(command)
    if (answer === undefined) throw new Error(`\`${program}\` could not be started.`)
    return { code: 0, stdout: '', stderr: '', ...answer }
  }
  return { commands, cancellation, world: { query, env: {}, signal: cancellation.signal } }
}

test.each([
  ['docker buildx version', ['docker', 'buildx']],
  ['docker-buildx version', ['docker-buildx']],
  ['buildx version', ['buildx']],
])('finds buildx where `%s` succeeds', async (installed, buildx) => {
  // Docker without the plug-in fails; the other programs are not there.
  const { world } = machine((command) =>
    command === installed ? {} : command.startsWith('docker ') ? { code: 1 } : undefined,
  )
  expect(await findBuildx(world)).toEqual(buildx)
})

test('a machine without buildx is an error that says how to get it', async () => {
  const { world, commands } = machine(() => undefined)
  await expect(findBuildx(world)).rejects.toMatchObject({
    message: 'This build needs buildx, which is not installed on this machine.',
    hint: expect.stringContaining('docker/setup-buildx-action'),
  })
  expect(commands).toEqual(['docker buildx version', 'docker-buildx version', 'buildx version'])
})

test('a cancel is not taken for a missing program', async () => {
  const { world, cancellation, commands } = machine(() => {
    cancellation.abort(new CancelledError('stop'))
    return undefined
  })
  await expect(findBuildx(world)).rejects.toThrow(CancelledError)
  expect(commands).toHaveLength(1)
})

const CONTAINER = `Name:          builder-1
Driver:        docker-container
Last Activity: 2026-01-01 00:00:00 +0000 UTC

Nodes:
Name:     builder-10
Endpoint: unix:///var/run/docker.sock
Platforms: linux/arm64*, linux/amd64, linux/arm/v7
Labels:
 org.mobyproject.buildkit.worker.snapshotter: overlayfs
`
const ENGINE = (labels: string) => `Name:   default
Driver: docker

Nodes:
Name:      default
Platforms: linux/amd64, linux/386
Labels:
${labels}`

const inspect = async (stdout: string, name?: string) => {
  const { world, commands } = machine(() => ({ stdout }))
  return { builder: await inspectBuilder(['docker', 'buildx'], name, world), commands }
}

test('reads a builder of its own, which is asked for by its name', async () => {
  const { builder, commands } = await inspect(CONTAINER, 'builder-1')
  expect(commands).toEqual(['docker buildx inspect builder-1'])
  expect(builder).toEqual({
    name: 'builder-1',
    driver: 'docker-container',
    isEngine: false,
    inContainerd: false,
    platform: 'linux/arm64',
  })
})

test.each([
  [
    'has no snapshotter with the older image store',
    ' org.mobyproject.buildkit.worker.moby.host-gateway-ip: 172.17.0.1\n',
    false,
  ],
  [
    'has a snapshotter with the containerd image store',
    ' org.mobyproject.buildkit.worker.snapshotter: overlayfs\n',
    true,
  ],
])('the builder of the engine %s', async (_, labels, inContainerd) => {
  const { builder, commands } = await inspect(ENGINE(labels))
  expect(commands).toEqual(['docker buildx inspect'])
  expect(builder).toEqual({ name: 'default', driver: 'docker', isEngine: true, inContainerd, platform: 'linux/amd64' })
})

test('a builder that has not started lists no platform', async () => {
  const { builder } = await inspect('Name: far\nDriver: remote\n\nNodes:\nName: far0\nPlatforms:\nLabels:\n')
  expect(builder).toMatchObject({ name: 'far', platform: undefined })
})

test('repeats what buildx says of a builder that it does not have', async () => {
  const { world } = machine(() => ({ code: 1, stderr: 'ERROR: no builder "mine" found\n' }))
  await expect(inspectBuilder(['buildx'], 'mine', world)).rejects.toMatchObject({
    message: 'buildx has no builder to use: ERROR: no builder "mine" found',
    hint: expect.stringContaining('input `builder`'),
  })
})
