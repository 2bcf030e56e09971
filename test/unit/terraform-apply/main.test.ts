// Main with a shell script in place of Terraform, and an S3 on this machine.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../../actions/terraform-apply/src/main.ts'
import { systemClock } from '../../../toolkit/clock.ts'
import { exec } from '../../../toolkit/process/exec.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { useSts } from '../../support/fake-sts.ts'
import { fakeS3 } from './fake-s3.ts'
import { fakeWorld } from './fake-world.ts'
import { plan } from './plans.ts'

await useSts()
const s3 = await fakeS3()
afterAll(() => s3.close())

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-main-'))
  writeFileSync(join(folder, 'main.tf'), 'terraform {\n  backend "s3" {}\n}')
})
afterEach(() => {
  s3.reset()
  rmSync(folder, { recursive: true })
})

/** A Terraform that notes its commands with the files in our folder, and does what each command is scripted to do. */
const script = (commands: Readonly<Record<string, string>>) => `#!/bin/sh
echo "$1 $AWS_REGION" "$(ls slipway-terraform-* | tr '\\n' ' ')" >>commands
for each in "$@"; do case $each in -out=*) : >"\${each#-out=}" ;; esac; done
case $1 in
${Object.entries(commands)
  .map(([name, line]) => `${name}) ${line} ;;`)
  .join('\n')}
esac
`

const INIT = `mkdir -p .terraform; cat backend.json >.terraform/terraform.tfstate`
const COMMANDS = { init: INIT, show: 'cat plan.json' }

/** Runs main with these inputs, and this Terraform. */
async function run(inputs: Readonly<Record<string, string>> = {}, commands: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(folder, 'backend.json'), JSON.stringify({ backend: { type: 's3', config: s3.config } }))
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan([])))
  const program = inputs['tool'] === 'opentofu' ? 'tofu' : 'terraform'
  writeFileSync(join(folder, program), script({ ...COMMANDS, ...commands }), { mode: 0o755 })
  const fake = fakeWorld({
    PATH: `${folder}:${process.env['PATH']}`,
    GITHUB_WORKSPACE: folder,
    RUNNER_TEMP: folder,
    ...actionInputs('terraform-apply', inputs),
  })
  const error = await main({ ...fake.world, exec, clock: systemClock }).then(
    () => undefined,
    (failure: unknown) => failure as Error,
  )
  const log = join(folder, 'commands')
  const ran = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
  const scratch = fake.state['scratch']
  return { ...fake, error, ran, left: scratch === undefined ? undefined : readdirSync(scratch).sort() }
}

test.each([
  ['plan', {}, 'info: No changes: the infrastructure matches the configuration.'],
  ['apply', {}, 'info: There is nothing to apply.'],
  [
    'verify',
    { 'approved-plan': '0123', 'fingerprint-key': 'sixteen letters!' },
    'info: Every change in the plan was approved.',
  ],
  ['drift', {}, 'info: No drift.'],
  ['unlock', { 'lock-id': 'x' }, 'notice: s3://bucket/key is not locked; there is nothing to do.'],
])('runs the command `%s` after `init`', async (command, inputs, line) => {
  const { error, ran, lines } = await run({ command, ...inputs })
  expect(error).toBeUndefined()
  expect(ran[0]).toMatch(/^init\b/)
  expect(lines).toContain(line)
})

test('runs `migrate-state`, which initializes the backend itself', async () => {
  writeFileSync(join(folder, 'terraform.tfstate'), '{"version":4,"serial":1,"lineage":"x","resources":[]}')
  const { error, ran, lines } = await run({ command: 'migrate-state' })
  expect({ error, ran }).toEqual({ error: undefined, ran: [] })
  expect(lines).toEqual(['notice: terraform.tfstate holds no resources and no outputs; there is nothing to migrate.'])
})

test('saves for post what it needs before it plans, and leaves only the files that outputs name', async () => {
  const { ran, left, outputs } = await run({ command: 'plan', environment: 'prod' })
  expect(ran.find((line) => line.startsWith('plan '))).toContain('handover.json')
  expect(left).toEqual(['plan.tfplan', 'planned.json'])
  expect(outputs['plan-file']).toMatch(/\/plan\.tfplan$/)
})

test('keeps its files for post while a state is not saved', async () => {
  const { left } = await run({ command: 'plan' }, { plan: ': >errored.tfstate' })
  expect(left).toContain('handover.json')
})

test('removes its files when `init` fails', async () => {
  const { error, left } = await run({}, { init: 'echo "Error: no" >&2; exit 1' })
  expect(error?.message).toContain('`Terraform init` failed')
  expect(left).toEqual([])
})

test('runs OpenTofu, and names it', async () => {
  const { error } = await run({ tool: 'opentofu' }, { init: 'exit 1' })
  expect(error?.message).toContain('`OpenTofu init` failed')
})

test('runs Terraform in the region of the input', async () => {
  const { ran } = await run({ command: 'plan', 'aws-region': 'eu-central-1' })
  expect(ran.map((line) => line.split(' ').slice(0, 2))).toEqual([
    ['init', 'eu-central-1'],
    ['plan', 'eu-central-1'],
    ['show', 'eu-central-1'],
  ])
})

test('makes no folder and runs nothing when an input is wrong', async () => {
  const { error, ran, left } = await run({ command: 'destroy' })
  expect(error?.message).toContain('Input `command`')
  expect({ ran, left }).toEqual({ ran: [], left: undefined })
})

test('runs nothing with credentials of another account', async () => {
  const { error, ran, left } = await run({ 'expected-account-id': '333333333333', 'aws-region': 'eu-west-1' })
  expect(error?.message).toContain('but the credentials belong to account 222222222222')
  expect({ ran, left }).toEqual({ ran: [], left: [] })
})
