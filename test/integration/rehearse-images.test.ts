// A rehearsal leaves nothing on the engine, not even the intermediate images of its builds.
import { execFileSync } from 'node:child_process'
import { removeImages } from '../../rehearsal/rehearse/setup/built-images.ts'

const docker = (args: string[], input?: string | Buffer) =>
  execFileSync('docker', args, { encoding: 'utf8', input, env: { ...process.env, DOCKER_BUILDKIT: '0' } }).trim()

test('removes the intermediate images of a build after its image', async () => {
  const id = `test${process.pid}`
  const base = `slipway-rehearsal-${id}/base:latest`
  const label = `slipway-test=${id}`
  const empty = execFileSync('tar', ['--create', '--files-from', '/dev/null'])
  const baseId = docker(['import', '-', base], empty)
  const steps = `FROM ${base}\nLABEL ${label}\nENV A=1\nENV B=2\n`
  const built = docker(['build', '--quiet', '-'], steps)
  // As an action does that keeps the steps for its next build.
  docker(['rmi', '--no-prune', built])
  const left = () => docker(['images', '--all', '--quiet', '--filter', `label=${label}`])
  expect(left()).not.toBe('')

  await removeImages(id, [])
  expect(left()).toBe('')
  expect(() => docker(['inspect', baseId])).toThrow()
})
