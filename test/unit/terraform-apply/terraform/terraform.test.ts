import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventLogger } from '../../../../actions/terraform-apply/src/terraform/event-logger.ts'
import { terraform } from '../../../../actions/terraform-apply/src/terraform/terraform.ts'
import { systemClock } from '../../../../toolkit/clock.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { exec } from '../../../../toolkit/process/exec.ts'
import { fakeWorld } from '../fake-world.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-terraform-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function tool(script: string, workspace?: string, signal = new AbortController().signal) {
  const command = join(folder, 'terraform')
  writeFileSync(command, `#!/bin/sh\n${script}\n`)
  chmodSync(command, 0o755)
  const env = { PATH: process.env['PATH'], INPUT_VARIABLES: 'secret', TF_LOG: 'ERROR' }
  const fake = fakeWorld(env)
  const world = { ...fake.world, clock: systemClock, exec, signal }
  const options = {
    product: 'Terraform',
    command,
    directory: folder,
    workspace,
    scratch: folder,
    cancelTimeoutMs: 1000,
  } as const
  const logger = new EventLogger({ log: world.log, rootModule: { repository: folder, directory: folder } })
  return { ...fake, tf: terraform(world, options), logger }
}

test('runs Terraform for automation, in the workspace, without the inputs of the action', async () => {
  const { tf } = tool('echo "$TF_IN_AUTOMATION $TF_INPUT $TF_WORKSPACE [$INPUT_VARIABLES] $*"', 'blue')
  expect((await tf.exec(['show', '-json'])).stdout).toBe('1 0 blue [] show -json')
  expect((await tf.exec(['init'], { inWorkspace: false })).stdout).toBe('1 0  [] init')
})

test('saves a command for post before it starts, and keeps its output in a file', async () => {
  const { tf, logger, state, lines } = tool('echo "{\\"@message\\":\\"planned\\"}"; exit 2')
  expect(await tf.run(['plan', '-json'], logger)).toEqual({ code: 2, cancelled: undefined })
  expect(lines).toEqual(['info: planned'])
  expect(JSON.parse(state['running'] ?? '')).toMatchObject({ command: 'Terraform plan' })
  expect(readdirSync(folder).some((name) => /^plan-.*\.log$/.test(name))).toBe(true)
})

test('interrupts a plan at once when the run is cancelled', async () => {
  const cancel = new AbortController()
  const script = "trap 'exit 1' INT; echo ready; while :; do sleep 0.05; done"
  const { tf, logger, lines } = tool(script, undefined, cancel.signal)
  const logged = logger.line.bind(logger)
  logger.line = (line) => {
    logged(line)
    if (line === 'ready') cancel.abort(new CancelledError('cancelled'))
  }
  const { code, cancelled } = await tf.run(['plan'], logger)
  expect(code).toBe(1)
  expect(cancelled?.message).toBe('The run was cancelled; `Terraform plan` stopped gracefully (exit code 1).')
  expect(lines).toContain('info: Cancelled: Terraform plan is asked to stop.')
})
