// What an image takes from the commit: its time, its labels, and so its digest.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { imageSources } from '../../support/build-image/image-sources.ts'
import { type OciRegistry, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { runStep, source } from '../../support/run-action.ts'

const TEST = 'build-image-commit'
const AT = '2024-02-29T12:00:00Z'
const tools = fileURLToPath(new URL('../../.rehearsal/tools', import.meta.url))

let registry: OciRegistry
let work: string

beforeAll(async () => {
  registry = await startOciRegistry()
  work = mkdtempSync(join(tmpdir(), 'slipway-commit-'))
  const sources = imageSources(TEST, [
    'COPY app /app',
    'ARG SOURCE_DATE_EPOCH',
    'RUN echo $SOURCE_DATE_EPOCH > /epoch',
    'CMD ["busybox", "cat", "/epoch"]',
  ])
  sources.write('app/hello', 'hello\n')
  cpSync(sources.folder, join(work, 'origin'), { recursive: true, verbatimSymlinks: true })
  sources.remove()
  git('origin', 'init', '--quiet')
  commit('first')
})
afterAll(async () => {
  await registry.close()
  await removeTestImages(TEST)
  rmSync(work, { recursive: true, force: true })
})

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: join(work, folder),
    encoding: 'utf8',
    env: { ...process.env, GIT_COMMITTER_DATE: AT, GIT_AUTHOR_DATE: AT },
  }).trim()

function commit(message: string): string {
  git('origin', 'add', '--all')
  git('origin', 'commit', '--quiet', '--allow-empty', `--message=${message}`)
  return git('origin', 'rev-parse', 'HEAD')
}

/** Builds a fresh clone, as a job does. */
async function buildClone(name: string, inputs: Record<string, string> = {}, env: Record<string, string> = {}) {
  git('.', 'clone', '--quiet', 'origin', name)
  return runStep(source('build-image'), {
    inputs: { images: `${registry.host}/${name}`, tags: 'v1', ...inputs },
    env: {
      GITHUB_WORKSPACE: join(work, name),
      GITHUB_SHA: git(name, 'rev-parse', 'HEAD'),
      GITHUB_REPOSITORY: 'acme/web',
      GITHUB_REF_NAME: 'main',
      SOURCE_DATE_EPOCH: '',
      AWS_ENDPOINT_URL: '',
      RUNNER_TEMP: work,
      PATH: `${process.env['PATH']}:${tools}`,
      ...env,
    },
  })
}

const configOf = (image = '') => {
  const docker = (...args: string[]) =>
    execFileSync('docker', [...args, image], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const printed = docker('run', '--rm')
  const [{ Config, Created }] = JSON.parse(docker('inspect'))
  docker('rmi', '--force')
  return { printed: printed.trim(), labels: Config.Labels, created: Created }
}

test.each(['docker', 'buildx'])(
  'builds one commit twice with %s to one digest, with the commit’s time',
  async (engine) => {
    const inputs = { engine, 'no-cache': 'true', labels: 'team=web' }
    const first = await buildClone(`${engine}-one`, inputs)
    const second = await buildClone(`${engine}-two`, inputs)
    expect([first.code, second.code]).toEqual([0, 0])
    expect(second.outputs['digest']).toBe(first.outputs['digest'])
    expect(first.log).toContain('Image time: 2024-02-29T12:00:00.000Z (from git)')
    const { printed, labels, created } = configOf(first.outputs['image'])
    expect(printed).toBe(String(Date.parse(AT) / 1000))
    expect(created).toBe(AT)
    expect(labels).toMatchObject({
      'org.opencontainers.image.created': '2024-02-29T12:00:00.000Z',
      'org.opencontainers.image.revision': git('origin', 'rev-parse', 'HEAD'),
      'org.opencontainers.image.source': 'https://github.com/acme/web',
      'org.opencontainers.image.version': 'main',
      'org.opencontainers.image.title': 'web',
      team: 'web',
    })
  },
)

test('gives the same image for another commit of the same sources, and another for other sources', async () => {
  const images = `${registry.host}/commits/web`
  const first = await buildClone('before', { images })
  commit('nothing in it')
  const same = await buildClone('after', { images, tags: 'v2' })
  expect(same).toMatchObject({ code: 0, outputs: { skipped: 'true', digest: first.outputs['digest'] } })
  writeFileSync(join(work, 'origin/app/hello'), 'changed\n')
  commit('something in it')
  const other = await buildClone('changed', { images, tags: 'v3' })
  expect(other).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
})

test('takes the time from the event without git', async () => {
  const event = join(work, 'event.json')
  const repository = { name: 'shop', description: 'A shop.', license: { spdx_id: 'MIT' } }
  writeFileSync(event, JSON.stringify({ head_commit: { timestamp: '2024-03-01T13:00:00+01:00' }, repository }))
  const folder = join(work, 'no-git')
  cpSync(join(work, 'origin'), folder, { recursive: true, verbatimSymlinks: true })
  rmSync(join(folder, '.git'), { recursive: true })
  const step = await runStep(source('build-image'), {
    inputs: { context: folder, images: `${registry.host}/event/web`, tags: 'v1' },
    env: {
      GITHUB_EVENT_PATH: event,
      GITHUB_SHA: 'c'.repeat(40),
      SOURCE_DATE_EPOCH: '',
      AWS_ENDPOINT_URL: '',
      RUNNER_TEMP: work,
    },
  })
  expect(step).toMatchObject({ code: 0 })
  expect(step.log).toContain('Image time: 2024-03-01T12:00:00.000Z (from the event)')
  expect(configOf(step.outputs['image']).labels).toMatchObject({
    'org.opencontainers.image.title': 'shop',
    'org.opencontainers.image.description': 'A shop.',
    'org.opencontainers.image.licenses': 'MIT',
  })
})
