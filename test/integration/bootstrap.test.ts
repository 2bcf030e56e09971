// script/bootstrap on machines that lack things: made of a PATH with little on it, and of namespaces without an engine.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

let clone: string
beforeEach(() => {
  // A clone of its own, so that nothing of it touches an engine that this clone may have started.
  clone = mkdtempSync(join(tmpdir(), 'slipway-bootstrap-'))
  for (const path of ['script', 'package.json', 'package-lock.json'])
    cpSync(join(root, path), join(clone, path), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
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

test('all that is missing is said at once, with the way to get it, and nothing is started', () => {
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

test('a machine without Node is told so', () => {
  const { status, output } = bootstrap({ PATH: pathWith('bash', 'env', 'dirname', 'id') })
  expect(status).toBe(1)
  expect(output).toContain('✗ node is not on the PATH')
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
    expect(output).toContain('Docker engine: the one that another script of ours started')
    expect(output).toMatch(/still there: \d+/)
    expect(output).toContain('Docker engine: stopped the one that was started by hand')
    expect(output).toContain('nothing left')
    expect(output).not.toContain('dockerd left')
    expect(readFileSync(join(clone, '.rehearsal/engine/dockerd.log'), 'utf8')).toContain('API listen on')
  },
  120_000,
)
