import { join } from 'node:path'
import { buildxInputs } from '../../../../actions/build-image/src/inputs/build-inputs.ts'
import { buildInputs, ECR_IMAGE, readStep, refusal } from '../../../support/build-image/build-inputs.ts'

const read = (inputs: Readonly<Record<string, string>>) =>
  readStep({ images: ECR_IMAGE, ...inputs }, { GITHUB_WORKSPACE: '/workspace' }).build

test('defaults the context to the workspace and the Dockerfile to that of the context', () => {
  expect(read({})).toMatchObject({
    context: '/workspace',
    file: '/workspace/Dockerfile',
    engine: 'auto',
    reproducible: true,
    provenance: undefined,
  })
  expect(read({ context: 'app' })).toMatchObject({ context: '/workspace/app', file: '/workspace/app/Dockerfile' })
})

test('reads the path of the Dockerfile relative to the workspace, and not to the context', () => {
  expect(read({ context: 'app', file: 'docker/prod' }).file).toBe(join('/workspace', 'docker/prod'))
})

test('defaults the platform to DOCKER_DEFAULT_PLATFORM, as docker build does', () => {
  const env = { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' }
  expect(readStep({ images: ECR_IMAGE }, env).build.platforms).toEqual(['linux/arm64'])
  expect(readStep({ images: ECR_IMAGE, platforms: 'linux/amd64' }, env).build.platforms).toEqual(['linux/amd64'])
  expect(() => readStep({ images: ECR_IMAGE }, { DOCKER_DEFAULT_PLATFORM: 'arm64' })).toThrow(
    'Input `platforms` is not set, and DOCKER_DEFAULT_PLATFORM is `arm64`, which is not a platform.',
  )
})

test.each([
  ['provenance', 'mode=max', 'mode=max'],
  ['provenance', 'true', 'true'],
  ['provenance', 'false', undefined],
  ['sbom', 'generator=example.com/scanner:1', 'generator=example.com/scanner:1'],
  ['sbom', 'true', 'true'],
])('%s: %s is %p', (input, value, attestation) => {
  expect(read({ [input]: value })).toMatchObject({ [input]: attestation })
})

test.each<[Record<string, string>, string, string]>([
  [{ 'build-args': 'JUST_A_NAME' }, 'build-args', '`JUST_A_NAME` is not of the form key=value'],
  [{ platforms: 'linux' }, 'platforms', 'has `linux`, which is not a platform.'],
  [{ engine: 'podman' }, 'engine', 'is `podman`, which is none of `auto`, `docker`, `buildx`.'],
  [{ sbom: 'scanner' }, 'sbom', 'is `scanner`, which is neither true nor false.'],
  [{ provenance: 'maybe' }, 'provenance', 'is `maybe`, which is neither true nor false.'],
])('refuses %j and names %s', (inputs, input, message) => {
  expect(() => read(inputs)).toThrow(refusal(input, message))
})

test.each<[Record<string, string>, string[]]>([
  [{ platforms: 'linux/arm64', 'no-cache': 'true', network: 'none' }, []],
  [{ platforms: 'linux/amd64,linux/arm64' }, ['`platforms: linux/amd64,linux/arm64`']],
  [{ secrets: 'a=b', sbom: 'true' }, ['a build secret', '`sbom`']],
  [{ 'cache-from': 'type=gha', 'cache-to': 'type=gha' }, ['`cache-to`', '`cache-from`']],
  [{ builder: 'mine', provenance: 'mode=min' }, ['`provenance`', '`builder`']],
])('%j needs buildx for %j', (inputs, needs) => {
  expect(buildxInputs(buildInputs(inputs))).toEqual(needs)
})

test('reads the quoted lists of docker/build-push-action', () => {
  const build = buildInputs({
    'build-args': '"VERSION=1.2.3"\n"NOTES=first\nsecond"',
    labels: '"org.opencontainers.image.title=A ""web"" app, for all"',
    platforms: '"linux/amd64","linux/arm64"',
  })
  expect(build).toMatchObject({
    buildArgs: [
      { key: 'VERSION', value: '1.2.3' },
      { key: 'NOTES', value: 'first\nsecond' },
    ],
    labels: [{ key: 'org.opencontainers.image.title', value: 'A "web" app, for all' }],
    platforms: ['linux/amd64', 'linux/arm64'],
  })
})
