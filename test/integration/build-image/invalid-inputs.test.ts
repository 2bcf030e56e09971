// Bad input and a bad machine: each is named, with what to do, before anything is changed.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { runStep, source } from '../../support/run-action.ts'

const SECRET = 's3cr3t-of-the-test'
let cloud: Cloud
let sources: ImageSources
let temp: string

beforeAll(async () => {
  cloud = await startCloud()
  sources = imageSources('build-image-refusals', ['CMD ["busybox", "true"]'], {
    'Dockerfile.empty': '# nothing\n',
    'Dockerfile.two': 'FROM scratch AS one\nCOPY busybox /\nFROM one AS two\n',
    'folder/x': 'x',
  })
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
})
afterAll(async () => {
  await cloud.close()
  sources.remove()
  rmSync(temp, { recursive: true, force: true })
})

const run = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  runStep(source('build-image'), {
    inputs: {
      context: sources.folder,
      images: `${new URL(cloud.url).host}/never/made`,
      tags: 'v1',
      'create-repository': 'true',
      ...inputs,
    },
    env: { ...cloud.env, GITHUB_WORKSPACE: sources.folder, RUNNER_TEMP: temp, DOCKER_CONFIG: temp, ...env },
  })

/** What was changed in the cloud: nothing, if all is well. */
const changes = () => cloud.journal.entries('api').filter(({ action }) => !/^(Get|Describe|List)/.test(String(action)))

test.each<[string, Record<string, string>, string | RegExp, string]>([
  ['a tag', { tags: 'v1, not/a/tag!' }, 'Input `tags` has `not/a/tag!`', 'Use lower-case letters'],
  [
    'a registry',
    { images: 'my_registry:5000/web' },
    'Input `images` has `my_registry:5000/web`, whose registry `my_registry:5000` is not a host name.',
    'Write `host[:port]/name`',
  ],
  [
    'a repository',
    { images: 'ghcr.io/Acme/web' },
    'Input `images` has `ghcr.io/Acme/web`, whose repository name `Acme/web` is malformed.',
    '`acme/web`',
  ],
  [
    'a build argument',
    { 'build-args': 'VERSION=1\nJUST_A_NAME' },
    '`JUST_A_NAME` is not of the form key=value',
    'Next: ',
  ],
  [
    'a build argument that looks like a secret',
    { 'build-args': `NPM_TOKEN=${SECRET}` },
    'Input `build-args` has `NPM_TOKEN`, whose name looks like a secret',
    'RUN --mount=type=secret,id=NPM_TOKEN',
  ],
  [
    'a secret without a name',
    { secrets: SECRET },
    'Input `secrets` is malformed: entry 1 is not of the form id=value.',
    'Write one `id=value` on each line',
  ],
  [
    'a secret’s odd name',
    { secrets: `a b=${SECRET}` },
    'Input `secrets` has an id with characters other than',
    'Write `id=value`',
  ],
  [
    'a secret’s variable, which is its value',
    { 'secret-envs': `TOKEN=${SECRET}` },
    'Input `secret-envs` is malformed: the variable of entry 1 is not set.',
    'Do not write the value itself here.',
  ],
  [
    'a secret’s file, which is its value',
    { 'secret-files': `TOKEN=${SECRET}` },
    'Input `secret-files` is malformed: the file of entry 1 cannot be read.',
    'Write `id=path`',
  ],
  [
    'a Dockerfile that is not there',
    { file: 'docker/Dockerfile' },
    /Input `file` is `.*\/docker\/Dockerfile`, which does not exist\./,
    'relative to the workspace',
  ],
  [
    'a Dockerfile that is a folder',
    { file: 'folder' },
    /Input `file` is `.*\/folder`, which is not a file\./,
    'relative to the workspace',
  ],
  [
    'a Dockerfile without a base',
    { file: 'Dockerfile.empty' },
    /Input `file` is `.*\/Dockerfile\.empty`, which has no FROM\./,
    'begins with `FROM <image>`',
  ],
  ['a target', { file: 'Dockerfile.two', target: 'three' }, 'Input `target` is `three`', 'Its stages are: one, two.'],
  ['a context', { context: 'src' }, /Input `context` is `.*\/src`, which is not a folder\./, 'actions/checkout'],
])('%s is refused by name, and nothing is made before', async (_, inputs, message, next) => {
  const step = await run(inputs)
  expect(step.code).toBe(1)
  expect(step.log).toMatch(
    message instanceof RegExp ? message : new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
  )
  expect(step.log).toContain(next)
  expect(step.log.replace(/^::add-mask::.*$/gm, '')).not.toContain(SECRET)
  expect(changes()).toEqual([])
  expect(readdirSync(temp)).toEqual([])
})

test('names a registry that cannot be reached, with a next step', async () => {
  const step = await run(
    { images: 'registry.invalid/acme/web', 'create-repository': 'false' },
    { AWS_ENDPOINT_URL: '' },
  )
  expect(step.code).toBe(1)
  expect(step.log).toMatch(/Could not push to registry\.invalid\/acme\/web: .*registry\.invalid/)
  expect(step.log).toContain('Next: Check the host name and that this machine can reach it.')
})

test('names the address of a Docker engine that does not answer, with either engine', async () => {
  const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock', AWS_ENDPOINT_URL: '' }
  const local = { images: 'example.com/never/made', push: 'false', 'create-repository': 'false' }
  const docker = await run(local, nowhere)
  expect(docker.code).toBe(1)
  expect(docker.log).toContain('No Docker engine answers at unix:///nowhere/docker.sock, as the socket does not exist.')
  expect(docker.log).toContain('Next: Start Docker')
  const buildx = await run({ ...local, engine: 'buildx' }, nowhere)
  expect(buildx.code).toBe(1)
  expect(buildx.log).toMatch(/::error::.*unix:\/\/\/nowhere\/docker\.sock/)
})
