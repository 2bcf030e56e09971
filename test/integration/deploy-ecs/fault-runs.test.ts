// The first hundred seeds of `node bench/deploy-ecs-faults.ts`, outside of Jest: its sandbox hides network errors from the SDK.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const script = fileURLToPath(new URL('../../../bench/deploy-ecs-faults.ts', import.meta.url))

test('in a hundred runs with random faults, every verdict agrees with the journal', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--runs', '100'])
  expect(stdout).toMatch(/^100 runs in /m)
  expect(stdout).toContain('Every verdict was what the journal says.')
})
