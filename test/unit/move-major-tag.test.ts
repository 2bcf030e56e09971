// The script that release.yml moves the major tag with, on real repositories.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const script = join(import.meta.dirname, '../../script/move-major-tag')
const folder = mkdtempSync(join(tmpdir(), 'slipway-release-'))
const [origin, clone] = [join(folder, 'origin'), join(folder, 'clone')]
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim()

beforeAll(() => {
  git('init', '--quiet', '--bare', origin)
  git('clone', '--quiet', origin, clone)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Pushes a version tag of a new commit. */
function tag(version: string): string {
  git('-C', clone, 'commit', '--quiet', '--allow-empty', '--message', version)
  git('-C', clone, 'tag', version)
  git('-C', clone, 'push', '--quiet', 'origin', version)
  return git('-C', clone, 'rev-parse', 'HEAD')
}
/** Runs the script as the job does: in a shallow clone that knows the tag it is for, and no other. */
function release(version: string) {
  const job = mkdtempSync(join(folder, 'job-'))
  git('clone', '--quiet', '--depth=1', '--branch', version, '--single-branch', '--no-tags', `file://${origin}`, job)
  git('-C', job, 'fetch', '--quiet', '--depth=1', 'origin', `refs/tags/${version}:refs/tags/${version}`)
  const { status, stdout, stderr } = spawnSync(script, [version], { cwd: job, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}
const at = (name: string) => git('-C', origin, 'rev-parse', `refs/tags/${name}^{commit}`)

test('moves the major tag to the newest release, and not for a fix of an older one', () => {
  const first = tag('v1.0.8')
  expect(release('v1.0.8')).toMatchObject({ status: 0 })
  expect(at('v1')).toBe(first)

  const second = tag('v1.1.0')
  expect(release('v1.1.0')).toMatchObject({ status: 0 })
  expect(at('v1')).toBe(second)

  tag('v1.0.9')
  const backport = release('v1.0.9')
  expect(backport).toMatchObject({
    status: 0,
    said: expect.stringContaining('v1.0.9 is released, and v1.1.0 is newer'),
  })
  expect(at('v1')).toBe(second)

  // Versions are compared as numbers: ten is more than nine. Another major version has no effect.
  tag('v1.9.0')
  const newest = tag('v1.10.0')
  tag('v10.0.0')
  tag('v2.0.0')
  expect(release('v1.10.0')).toMatchObject({ status: 0 })
  expect(at('v1')).toBe(newest)
  expect(release('v1.9.0').said).toContain('v1.10.0 is newer')
  expect(at('v1')).toBe(newest)
})

test('says how to move the tag when GitHub refuses it', () => {
  tag('v3.0.0')
  execFileSync('sh', [
    '-c',
    `printf '#!/bin/sh\\nexit 1\\n' > "${origin}/hooks/pre-receive" && chmod +x "${origin}/hooks/pre-receive"`,
  ])
  const refused = release('v3.0.0')
  expect(refused).toMatchObject({ status: 1, said: expect.stringContaining('::error title=v3 still names') })
  expect(refused.said).toContain('git push --force origin v3.0.0^{commit}:refs/tags/v3')
})
