// script/bootstrap on machines that lack things: made of a PATH with little on it, and of namespaces without an engine.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

let clone: string
beforeEach(() => {
  // A clone of its own, so that nothing of it touches an engine that this clone may have started.
  clone = mkdtempSync(join(tmpdir(), 'slipway-bootstrap-'))
  for (const path of ['script', 'package.json']) cpSync(join(root, path), join(clone, path), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  // What is installed is what is wanted: bootstrap must never install anything through that link.
  cpSync(join(root, 'node_modules/.package-lock.json'), join(clone, 'package-lock.json'))
})
afterEach(() => rmSync(clone, { recursive: true, force: true }))

const which = (program: string) => execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()

/** A PATH with these programs and no others. */
function pathWith(...programs: string[]): string {
  const bin = join(clone, 'bin')
  mkdirSync(bin)
  for (const program of programs) symlinkSync(which(program), join(bin, program))
  return bin
}

const bootstrap = (env: Record<string, string>, args: string[] = []) => {
  const { status, stdout, stderr } = spawnSync(join(clone, 'script/bootstrap'), args, {
    encoding: 'utf8',
    env: { HOME: clone, ...env },
  })
  return { status, output: stdout + stderr }
}

test('lists everything that is missing with how to get it, and starts nothing', () => {
  const PATH = pathWith('bash', 'env', 'dirname', 'id', 'node', 'git')
  const { status, output } = bootstrap({ PATH, DOCKER_HOST: `unix://${clone}/nowhere.sock` })
  expect(status).toBe(1)
  for (const missing of [
    'npm is not',
    'terraform is not',
    'moto_server is not',
    `no Docker engine answers at DOCKER_HOST=unix://${clone}/nowhere.sock`,
  ]) {
    expect(output).toContain(`✗ ${missing}`)
  }
  expect(output).toContain("python3 -m pip install 'moto[server]'")
  expect(output).toContain('Start that engine, or unset DOCKER_HOST.')
  expect(existsSync(join(clone, '.rehearsal'))).toBe(false)
})

test('fails without Node.js and names it', () => {
  const { status, output } = bootstrap({ PATH: pathWith('bash', 'env', 'dirname', 'id') })
  expect(status).toBe(1)
  expect(output).toContain('✗ node is not on the PATH')
})

/** The start of a bootstrap on a machine with this PATH, up to the tools that neither npm nor Debian has. */
const fetchTools = (env: Record<string, string>) => {
  const libraries = ['say', 'debian', 'tools'].map((name) => `. script/lib/${name}.sh`)
  const lines = ['set -euo pipefail', `ROOT=${clone}`, 'STATE=$ROOT/.rehearsal', ...libraries, 'fetch_missing_tools']
  const { status, stdout, stderr } = spawnSync('bash', ['-c', lines.join('\n')], { cwd: clone, encoding: 'utf8', env })
  return { status, output: stdout + stderr }
}

/** A PATH that can fetch, with a stand-in for the tool that is not to be fetched. */
function pathThatFetches(present: string): string {
  const bin = pathWith('bash', 'node', 'mktemp', 'install', 'rm', 'mkdir', 'ln')
  // The interpreter itself: what is first on the PATH may be a version manager's script, which needs more around it.
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
  symlinkSync(python, join(bin, 'python3'))
  symlinkSync('/bin/true', join(bin, present))
  return bin
}

describe('a machine without Terraform', () => {
  let releases: string
  const fetchFrom = (sum: (archive: Buffer) => string) => {
    const { platform, arch } = process
    const name = `terraform_1.11.4_${platform}_${arch === 'x64' ? 'amd64' : arch}.zip`
    releases = join(clone, 'releases/1.11.4')
    mkdirSync(releases, { recursive: true })
    writeFileSync(join(clone, 'terraform'), '#!/bin/sh\necho from the release\n')
    execFileSync('python3', ['-m', 'zipfile', '-c', join(releases, name), join(clone, 'terraform')])
    const checksum = sum(readFileSync(join(releases, name)))
    writeFileSync(join(releases, 'terraform_1.11.4_SHA256SUMS'), `${checksum}  ${name}\n`)
    const server = spawn('python3', [
      '-u',
      '-m',
      'http.server',
      '0',
      '--bind',
      '127.0.0.1',
      '-d',
      join(clone, 'releases'),
    ])
    return new Promise<ReturnType<typeof fetchTools>>((resolve) => {
      server.stdout.once('data', (line) => {
        const port = /port (\d+)/.exec(String(line))?.[1]
        resolve(
          fetchTools({
            PATH: pathThatFetches('moto_server'),
            HOME: clone,
            TERRAFORM_RELEASES: `http://127.0.0.1:${port}`,
          }),
        )
        server.kill()
      })
    })
  }

  test('installs the release when its checksum matches', async () => {
    const { status, output } = await fetchFrom((archive) => createHash('sha256').update(archive).digest('hex'))
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('its checksum verified') })
    expect(execFileSync(join(clone, '.rehearsal/tools/terraform'), { encoding: 'utf8' })).toBe('from the release\n')
  })

  test('refuses a release with another checksum', async () => {
    const { status, output } = await fetchFrom(() => '0'.repeat(64))
    expect(status).toBe(1)
    expect(output).toContain('✗ Terraform is not on the PATH, and could not be downloaded')
    expect(readFileSync(join(clone, '.rehearsal/terraform.log'), 'utf8')).toContain(`should have ${'0'.repeat(64)}`)
    expect(existsSync(join(clone, '.rehearsal/tools/terraform'))).toBe(false)
  })
})

test('fails before it starts anything when pip cannot install moto', () => {
  const nowhere = { PIP_INDEX_URL: 'http://127.0.0.1:9/', PIP_RETRIES: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1' }
  const { status, output } = fetchTools({ PATH: pathThatFetches('terraform'), HOME: clone, ...nowhere })
  expect(status).toBe(1)
  expect(output).toContain('✗ moto_server is not on the PATH, and pip could not install it')
  expect(readFileSync(join(clone, '.rehearsal/moto.log'), 'utf8')).toContain('No matching distribution found for moto')
})

test('fails the tests that need an engine as new as GitHub’s when none can be installed, with the reason', () => {
  const PATH = pathWith('bash', 'env', 'dirname', 'mkdir', 'flock', 'tail', 'runc')
  const { status, stderr } = spawnSync(join(clone, 'script/lib/modern-engine.sh'), { encoding: 'utf8', env: { PATH } })
  expect(status).toBe(1)
  expect(stderr).toContain('✗ no Docker engine 28 could be had from Debian')
  expect(existsSync(join(clone, '.rehearsal/modern-engine/complete'))).toBe(false)
})

test('an unknown argument is refused', () => {
  expect(bootstrap({ PATH: process.env['PATH'] ?? '' }, ['--stp'])).toMatchObject({
    status: 2,
    output: expect.stringContaining('--stp'),
  })
})

// Only root can make namespaces, and only root can start an engine.
const asRoot = process.getuid?.() === 0 ? test : test.skip

asRoot(
  'an engine that had to be started stays as long as a script uses it, also after a reboot left a stale pid',
  () => {
    // The namespace has no network: buildx could only be waited for in vain.
    mkdirSync(join(clone, '.rehearsal/tools'), { recursive: true })
    writeFileSync(join(clone, '.rehearsal/tools/docker-buildx'), '', { mode: 0o755 })
    const script = join(clone, 'in-namespace.sh')
    writeFileSync(
      script,
      `set -eu
mount -t tmpfs tmpfs /run
# The pid of a shell, where the last boot's engine had it.
mkdir -p /run/slipway-engine/users; echo $$ > /run/slipway-engine/docker.pid; touch /run/slipway-engine/users/by-hand
sleep 1000 & other=$!
cd "${clone}"
script/bootstrap --for $$
script/bootstrap --for $other
script/bootstrap --leave $$
docker version --format 'still there: {{.Server.Version}}'
kill $other; wait $other || true
script/bootstrap --leave $other
ls /run/slipway-engine 2>/dev/null || echo 'nothing left'
pgrep dockerd && echo 'dockerd left' || true
`,
    )
    const env = { ...process.env }
    delete env['DOCKER_HOST']
    const namespaces = ['--mount', '--net', '--pid', '--fork', '--mount-proc']
    const { status, stdout, stderr } = spawnSync('unshare', [...namespaces, 'bash', script], { encoding: 'utf8', env })
    const output = stdout + stderr
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('Docker engine: started by hand') })
    expect(output).toContain('Docker engine: running, started earlier by one of these scripts')
    expect(output).toMatch(/still there: \d+/)
    expect(output).toContain('Docker engine: stopped the one that was started by hand')
    expect(output).toContain('nothing left')
    expect(output).not.toContain('dockerd left')
    expect(readFileSync(join(clone, '.rehearsal/engine/dockerd.log'), 'utf8')).toContain('API listen on')
  },
)
