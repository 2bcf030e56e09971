// A real Docker engine and a real registry; the action's sources, as a process of its own.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import Docker from 'dockerode'
import { build, one, pinned, sources, temp, useRegistries, watched } from '../../support/build-image/build-step.ts'
import { imageSources } from '../../support/build-image/image-sources.ts'
import { runStep, source } from '../../support/run-action.ts'

const TEST = 'build-image'
const docker = new Docker()
useRegistries(TEST)

const writes = (requests: readonly string[]) => requests.filter((request) => /^(PUT|PATCH|POST) /.test(request))
/** The one question whether the repository may be pushed to, which begins an upload and gives it up. */
const mayPush = (repository: string) => [`POST /v2/${repository}/blobs/uploads/`]

test('builds an image, pushes its tags, outputs the registry’s digest, and the image runs', async () => {
  const step = await build({ images: `${one.host}/team/web`, tags: 'v1, latest' })
  expect(step).toMatchObject({ code: 0 })
  const digest = await one.digest('team/web', 'v1')
  expect(await one.digest('team/web', 'latest')).toBe(digest)
  expect(step.outputs).toMatchObject({
    image: pinned(`${one.host}/team/web`, digest),
    digest,
    skipped: 'false',
    images: JSON.stringify([pinned(`${one.host}/team/web`, digest)]),
  })
  expect(JSON.parse(step.outputs['tags'] ?? '').toSorted()).toEqual([
    `${one.host}/team/web:content-${step.outputs['content-hash']?.slice(0, 40)}`,
    `${one.host}/team/web:latest`,
    `${one.host}/team/web:v1`,
  ])
  expect(Number(step.outputs['size'])).toBeGreaterThan(500_000)
  expect(step.log).toContain('Engine: docker (nothing needs buildx).')
  expect(step.summary).toContain(`\`${digest}\``)

  const image = step.outputs['image'] ?? ''
  const ran = execFileSync('docker', ['run', '--rm', image], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  expect(ran).toBe('ok\n')
  const { Config } = await docker.getImage(image).inspect()
  expect(Config.Labels).toMatchObject({
    'org.opencontainers.image.revision': 'a'.repeat(40),
    'org.opencontainers.image.created': '2023-11-14T22:13:20.000Z',
    'org.opencontainers.image.source': 'https://github.com/acme/web',
  })
  await docker.getImage(image).remove({ force: true })
  expect(readdirSync(temp)).toEqual([])
})

test('builds the same sources to the same digest, in another folder, at another time, with other modes and times of files', async () => {
  const first = await build({ images: `${one.host}/same/a`, 'no-cache': 'true' })
  const other = imageSources(
    TEST,
    [
      'WORKDIR /app',
      'COPY app .',
      'RUN busybox date > /built && busybox rm /built && echo ok > /ok',
      'CMD ["busybox", "cat", "/ok"]',
    ],
    {
      'app/hello.txt': 'hello\n',
      '.dockerignore': 'ignored\n',
      'ignored/else': 'y',
    },
  )
  chmodSync(join(other.folder, 'app/hello.txt'), 0o600)
  const second = await build({ images: `${one.host}/same/b`, 'no-cache': 'true', context: other.folder })
  other.remove()
  expect([first.code, second.code]).toEqual([0, 0])
  expect(second.outputs['digest']).toBe(first.outputs['digest'])
})

test('builds at different times differ without `reproducible`', async () => {
  const inputs = { 'no-cache': 'true', reproducible: 'false' }
  const first = await build({ images: `${one.host}/time/a`, ...inputs })
  const second = await build({ images: `${one.host}/time/b`, ...inputs })
  expect([first.code, second.code]).toEqual([0, 0])
  expect(second.outputs['digest']).not.toBe(first.outputs['digest'])
})

test('does not build unchanged sources again, and needs no engine to find out; builds changed ones', async () => {
  const first = await build({ images: `${one.host}/skip/web`, tags: 'v1' })
  const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
  const second = await build({ images: `${one.host}/skip/web`, tags: 'v2, latest' }, nowhere)
  expect(second).toMatchObject({ code: 0, outputs: { skipped: 'true', digest: first.outputs['digest'] } })
  expect(await one.digest('skip/web', 'v2')).toBe(first.outputs['digest'])
  expect(JSON.parse(second.outputs['build-record'] ?? '')).toMatchObject({ outcome: 'skipped', steps: [] })

  sources.write('ignored/much', 'else')
  expect(await build({ images: `${one.host}/skip/web`, tags: 'v3' }, nowhere)).toMatchObject({
    code: 0,
    outputs: { skipped: 'true' },
  })

  sources.write('app/hello.txt', 'changed\n')
  const unreachable = await build({ images: `${one.host}/skip/web`, tags: 'v4' }, nowhere)
  expect(unreachable.code).toBe(1)
  expect(unreachable.log).toContain(
    'No Docker engine answers at unix:///nowhere/docker.sock, as the socket does not exist.',
  )
  const third = await build({ images: `${one.host}/skip/web`, tags: 'v4' })
  expect(third).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  expect(third.outputs['digest']).not.toBe(first.outputs['digest'])
  expect(third.summary).not.toContain('Compared with the previous')

  sources.write('app/hello.txt', 'changed again\n')
  const fourth = await build({ images: `${one.host}/skip/web`, tags: 'v5, latest' })
  expect(fourth.summary).toMatch(
    /Compared with the previous `latest` \(`sha256:[0-9a-f]{12}`\): \+\d+ B, [1-3] of 4 layers are new/,
  )
})

test('builds again when a base image has changed in its registry, and keeps its published layers', async () => {
  const base = await build({ images: `${one.host}/base/os`, tags: 'v1', labels: `slipway.test=${TEST}` })
  expect(base.code).toBe(0)
  const app = (text: string) =>
    sources.write(
      'Dockerfile',
      `FROM ${one.host}/base/os:v1\nLABEL slipway.test=${TEST}\nRUN echo ${text} > /app.txt\n`,
    )
  app('one')
  const first = await build({ images: `${one.host}/base/app`, tags: 'v1' })
  expect(first.code).toBe(0)
  expect(first.log).toContain(`Base: ${one.host}/base/os:v1 is ${base.outputs['digest']}`)
  expect(JSON.parse(first.outputs['build-record'] ?? '').destinations[0].blobs).toMatchObject({ sent: 2 })

  sources.write(
    'Dockerfile.base',
    `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN echo new > /new\n`,
  )
  const moved = await build({
    images: `${one.host}/base/os`,
    tags: 'v1',
    file: join(sources.folder, 'Dockerfile.base'),
  })
  expect(moved).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  const second = await build({ images: `${one.host}/base/app`, tags: 'v2' })
  expect(second).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  expect(second.log).toContain('Pulling, as the registry has a newer image')
  expect(
    execFileSync('docker', ['run', '--rm', second.outputs['image'] ?? '', 'sh', '-c', 'busybox cat /new /app.txt'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ).toBe('new\none\n')
})

test('runs `test-command` before the push, without the inputs in its environment', async () => {
  const inputs = {
    images: `${watched.host}/tested/web`,
    tags: 'v1',
    username: 'u',
    password: 'correct-horse-battery',
    registry: 'example.com',
  }
  sources.write('app/hello.txt', 'not built before')
  const looked = '/v2/?looked-at-the-image'
  const look = `busybox wget -q -O /dev/null http://${watched.host}${looked}`
  const passed = await build({ ...inputs, 'test-command': `docker run --rm "$IMAGE"; env; ${look}` })
  expect(passed).toMatchObject({ code: 0 })
  expect(passed.log).toMatch(/^ok$/m)
  expect(passed.log.replace(/^::add-mask::.*$/gm, '')).not.toContain('correct-horse-battery')
  const at = watched.requests.indexOf(`GET ${looked}`)
  expect(writes(watched.requests.slice(0, at))).toEqual(mayPush('tested/web'))
  expect(writes(watched.requests.slice(at))).toContain('PUT /v2/tested/web/manifests/v1')

  watched.reset()
  sources.write('app/hello.txt', 'else')
  const failed = await build({ ...inputs, tags: 'v2', 'test-command': 'echo looking; false; echo not reached' })
  expect(failed.code).toBe(1)
  expect(failed.log).toContain('The image was built, but its test failed: `test-command` exited with code 1.')
  expect(failed.log).not.toContain('not reached\n')
  expect(writes(watched.requests)).toEqual(mayPush('tested/web'))
  expect(await one.digest('tested/web', 'v2')).toBeUndefined()
})

test('does not push an image that exceeds `max-size`', async () => {
  const step = await build({ images: `${watched.host}/fat/web`, tags: 'v1', 'max-size': '10 kB' })
  expect(step.code).toBe(1)
  expect(step.log).toMatch(/The image is \d\.\d MB, and `max-size` is 10 kB\./)
  expect(writes(watched.requests)).toEqual(mayPush('fat/web'))
  expect(await one.tags('fat/web')).toEqual([])
})

test('tags the image in the engine with `push: false`', async () => {
  const step = await build({ images: 'slipway-test/local', tags: 'v1', push: 'false' })
  expect(step).toMatchObject({ code: 0, outputs: { image: 'docker.io/slipway-test/local:v1' } })
  const { Config } = await docker.getImage('slipway-test/local:v1').inspect()
  expect(Config.Labels['org.opencontainers.image.revision']).toBe('a'.repeat(40))
  await docker.getImage('slipway-test/local:v1').remove()
})

test('builds a Dockerfile outside of the context, and hides it from COPY', async () => {
  const outside = imageSources(TEST, ['COPY . /all', 'CMD ["busybox", "ls", "-A", "/all"]'])
  const step = await build({ images: `${one.host}/outside/web`, tags: 'v1', file: join(outside.folder, 'Dockerfile') })
  outside.remove()
  expect(step).toMatchObject({ code: 0 })
  const listed = execFileSync('docker', ['run', '--rm', step.outputs['image'] ?? ''], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  expect(listed.trim().split('\n').sort()).toEqual(['Dockerfile', 'app', 'busybox', 'sh'])
})

test('names a failed step with its output, and pushes nothing', async () => {
  sources.write(
    'Dockerfile',
    `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN echo about to fail && busybox false\n`,
  )
  const step = await build({ images: `${one.host}/broken/web`, tags: 'v1' })
  expect(step.code).toBe(1)
  expect(step.log).toContain('    about to fail\n')
  expect(step.log).toMatch(
    /::error::The build failed at `RUN echo about to fail && busybox false`: .*returned a non-zero code: 1/,
  )
  expect(await one.tags('broken/web')).toEqual([])
})

test('warns of a broken link, and names a missing Dockerfile and a missing COPY source', async () => {
  symlinkSync('nowhere/at/all', join(sources.folder, 'app/dangling'))
  const linked = await build({ images: `${one.host}/links/web`, tags: 'v1' })
  expect(linked).toMatchObject({ code: 0 })
  expect(linked.log).toContain(
    '::warning::The context has symbolic links without a target, which are copied as they are: `app/dangling`.',
  )

  unlinkSync(join(sources.folder, 'Dockerfile'))
  symlinkSync('nowhere', join(sources.folder, 'Dockerfile'))
  const missing = await build({ images: `${one.host}/links/web`, tags: 'v2' })
  expect(missing.log).toContain(`Input \`file\` is \`${join(sources.folder, 'Dockerfile')}\`, which does not exist.`)

  unlinkSync(join(sources.folder, 'Dockerfile'))
  sources.write('Dockerfile', `FROM scratch\nLABEL slipway.test=${TEST}\nCOPY absent /\n`)
  const absent = await build({ images: `${one.host}/links/web`, tags: 'v2' })
  expect(absent.log).toMatch(/The build failed at `COPY absent \/`: .*absent/)
  expect(absent.log).toContain('Check that the file is in the context, and that .dockerignore does not exclude it.')
})

test('removes in the post step what a killed main step left', async () => {
  const left = mkdtempSync(join(temp, 'slipway-build-'))
  const state = { 'temporary-folder': left }
  await runStep(source('build-image'), { inputs: {}, phase: 'post', state, env: { RUNNER_TEMP: temp } })
  expect(existsSync(left)).toBe(false)
})
