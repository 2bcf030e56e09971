import { buildxArguments } from '../../../actions/build-image/src/engine/buildx-build.ts'
import { chooseEngine } from '../../../actions/build-image/src/engine/choose-engine.ts'
import { formatSize, parseSize } from '../../../actions/build-image/src/image/size.ts'
import { type BuildInputs, readInputs } from '../../../actions/build-image/src/inputs/inputs.ts'
import { finishConfig } from '../../../actions/build-image/src/pack/image-config.ts'
import { parseEcrHost } from '../../../actions/build-image/src/registry/ecr.ts'
import { isEcrPublic } from '../../../actions/build-image/src/registry/ecr-public.ts'
import { parseDockerfile } from '../../../actions/build-image/src/sources/dockerfile.ts'

const build = (inputs: Readonly<Record<string, string>>): BuildInputs =>
  readInputs({
    INPUT_IMAGES: 'ghcr.io/acme/web',
    INPUT_TAGS: 'v1',
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  }).build

test.each<[Record<string, string>, string, string, string]>([
  [{}, 'FROM scratch', 'docker', 'nothing needs buildx'],
  [{ engine: 'buildx' }, 'FROM scratch', 'buildx', 'the input `engine` says so'],
  [{ secrets: 'a=b' }, 'FROM scratch', 'buildx', 'a build secret needs it'],
  [{ platforms: 'linux/arm64' }, 'FROM scratch', 'docker', 'nothing needs buildx'],
  [
    { platforms: 'linux/arm64, linux/amd64' },
    'FROM scratch',
    'buildx',
    '`platforms: linux/arm64,linux/amd64` needs it',
  ],
  [{ 'cache-to': 'type=gha' }, 'FROM scratch', 'buildx', '`cache-to` needs it'],
  [{ 'cache-from': 'ghcr.io/acme/web:v0' }, 'FROM scratch', 'buildx', '`cache-from` needs it'],
  [{ 'cache-from': 'type=gha' }, 'FROM scratch', 'buildx', '`cache-from` needs it'],
  [{ sbom: 'true' }, 'FROM scratch', 'buildx', '`sbom` needs it'],
  [{}, 'FROM scratch\nRUN --mount=type=cache,target=/c x', 'buildx', 'the Dockerfile uses RUN --mount'],
])('%j with %j is built with %s, as %s', (inputs, dockerfile, engine, reason) => {
  expect(chooseEngine(build(inputs), parseDockerfile(dockerfile, []))).toEqual({ engine, reason })
})

test('the path of a secret may have a comma', () => {
  const inputs = { ...build({}), secrets: [{ id: 'key', file: '/keys/a,b "c".pem' }] }
  const request = { inputs, labels: [], dockerfile: 'Dockerfile', pull: false }
  expect(buildxArguments(request as unknown as Parameters<typeof buildxArguments>[0])).toContain(
    '--secret=id=key,"src=/keys/a,b ""c"".pem"',
  )
})

test('buildx is told all but the secrets, which it finds in its environment', () => {
  const inputs = build({
    secrets: 'token=s3cr3t',
    target: 'app',
    'build-args': 'A=1=2',
    platforms: 'linux/amd64,linux/arm64',
    'cache-to': 'type=gha,mode=max',
    provenance: 'mode=max',
    sbom: 'generator=example.com/scanner:1',
    'no-cache': 'true',
    builder: 'mine',
  })
  const labels = [{ key: 'l', value: 'v' }]
  const args = buildxArguments({ inputs, labels, dockerfile: 'Dockerfile', pull: true } as unknown as Parameters<
    typeof buildxArguments
  >[0])
  expect(args).toEqual([
    'build',
    '--progress=plain',
    '--file=Dockerfile',
    '--builder=mine',
    '--target=app',
    '--platform=linux/amd64,linux/arm64',
    '--build-arg=A=1=2',
    '--label=l=v',
    '--cache-to=type=gha,mode=max',
    '--secret=id=token,env=SLIPWAY_BUILD_SECRET_0',
    '--provenance=mode=max',
    '--sbom=generator=example.com/scanner:1',
    '--no-cache',
    '--pull',
  ])
})

test.each([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', { account: '123456789012', region: 'eu-west-1' }],
  ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', { account: '123456789012', region: 'us-gov-west-1' }],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', { account: '123456789012', region: 'cn-north-1' }],
  ['123456789012.dkr-ecr.us-west-2.on.aws', { account: '123456789012', region: 'us-west-2' }],
  ['12345678901.dkr.ecr.eu-west-1.amazonaws.com', undefined],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example', undefined],
  ['ghcr.io', undefined],
])('%s is ECR: %j', (host, registry) => {
  expect(parseEcrHost(host)).toEqual(registry)
  expect(isEcrPublic(host)).toBe(false)
})

test('sizes are read and said', () => {
  expect([parseSize('1.5 GiB', 'max-size'), parseSize('250MB', 'max-size')]).toEqual([1_610_612_736, 250_000_000])
  expect([812, 3_400, 34_000_000, 1_200_000_000].map(formatSize)).toEqual(['812 B', '3.4 kB', '34 MB', '1.2 GB'])
})

test('a configuration loses the time and the machine it was built on, and nothing else', () => {
  const image = {
    architecture: 'amd64',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    container: 'abc',
    container_config: { Hostname: 'abc' },
    docker_version: '20.10',
    config: {
      Hostname: 'abc',
      Image: 'sha256:1',
      Env: ['A=1'],
      Tty: false,
      User: '',
      Volumes: null,
      OnBuild: [],
      Healthcheck: { Test: ['CMD', 'x'] },
      Labels: { a: '1', b: '2' },
    },
    history: [
      { created: '2020-01-01T00:00:00.5Z', created_by: 'base' },
      { created: '2026-01-01T00:00:00Z', created_by: 'RUN x' },
    ],
    rootfs: { type: 'layers', diff_ids: ['sha256:x', 'sha256:y'] },
  }
  const finish = (epoch: number | undefined) =>
    JSON.parse(
      finishConfig(Buffer.from(JSON.stringify(image)), {
        diffIds: ['sha256:1', 'sha256:2'],
        labels: [{ key: 'b', value: '3' }],
        epoch,
      }).toString(),
    )
  expect(finish(1_700_000_000)).toEqual({
    architecture: 'amd64',
    os: 'linux',
    created: '2023-11-14T22:13:20Z',
    config: { Env: ['A=1'], Healthcheck: { Test: ['CMD', 'x'] }, Labels: { a: '1', b: '3' } },
    history: [
      { created: '2020-01-01T00:00:00.5Z', created_by: 'base' },
      { created: '2023-11-14T22:13:20Z', created_by: 'RUN x' },
    ],
    rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
  })
  expect(finish(undefined)).toEqual({ ...image, config: { ...image.config, Labels: { a: '1', b: '3' } } })
})

test('a configuration is the same whichever engine has written it', () => {
  const finish = (image: object) =>
    finishConfig(Buffer.from(JSON.stringify(image)), { diffIds: ['sha256:1'], labels: [], epoch: 1 }).toString()
  const rootfs = { type: 'layers', diff_ids: ['sha256:1'] }
  const older = {
    rootfs,
    os: 'linux',
    config: { User: '', Tty: false, Env: ['B=1', 'A=2'], Volumes: null, Cmd: ['x'] },
  }
  const newer = { config: { Cmd: ['x'], Env: ['B=1', 'A=2'] }, os: 'linux', rootfs }
  expect(finish(newer)).toBe(finish(older))
  expect(JSON.parse(finish(newer)).config).toEqual({ Cmd: ['x'], Env: ['B=1', 'A=2'] })
})
