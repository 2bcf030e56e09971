// Post after main was killed: what Terraform has printed by its end, and what is in S3, decide what is left to do.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { post } from '../../../actions/terraform-apply/src/post.ts'
import { saveHandover, saveSecrets } from '../../../actions/terraform-apply/src/state/handover.ts'
import { makeScratch } from '../../../actions/terraform-apply/src/state/scratch.ts'
import { saveStart } from '../../../actions/terraform-apply/src/terraform/left-running.ts'
import { announcing } from '../../../actions/terraform-apply/src/terraform/process-identity.ts'
import { fakeS3 } from './fake-s3.ts'
import { errorLine } from './fake-stack.ts'
import { fakeWorld } from './fake-world.ts'

const s3 = await fakeS3()
afterAll(() => s3.close())

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-post-'))
})
afterEach(() => {
  s3.reset()
  rmSync(folder, { recursive: true })
})

interface Killed {
  /** `Terraform apply` by default. */
  readonly command?: string
  /** What Terraform has printed. */
  readonly lines?: readonly object[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether main was killed before it had initialized the stack. */
  readonly early?: boolean
  /** What `terraform state push` ends with. */
  readonly pushed?: number
  /** Lock ids in Terraform's own log. */
  readonly locks?: readonly string[]
}

/** Runs post after main was killed while a command ran, which has ended by now. */
async function killed({ command = 'Terraform apply', lines = [], early = false, ...options }: Killed = {}) {
  const { pushed = 0, locks = [], env = {} } = options
  const fake = fakeWorld({ RUNNER_TEMP: folder, ...env })
  const { step } = fake.world
  const scratch = makeScratch(step, folder)
  const [link, output] = [join(scratch, 'link'), join(scratch, 'output')]
  writeFileSync(output, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  writeFileSync(
    join(scratch, 'core.log'),
    locks.map((id) => `Attempting to lock remote state: tf_backend.lock.id=${id}\n`).join(''),
  )
  if (!early) {
    const product = command.startsWith('OpenTofu') ? 'OpenTofu' : 'Terraform'
    saveHandover({
      product,
      command: '/bin/terraform',
      directory: folder,
      workspace: undefined,
      scratch,
      cancelTimeoutMs: 1,
      repository: folder,
      backend: { type: 's3', config: s3.config },
    })
    saveSecrets(scratch, new Set(['hunter2']))
  }
  saveStart(step, { command, link, output })
  const [shell, line] = announcing(link, 'true', [])
  spawnSync(shell, line)
  const ran: string[] = []
  const regions = new Set<string | undefined>()
  const exec = async (program: string, args: readonly string[], { env: given = {} } = {}) => {
    ran.push([program, ...args.slice(0, 2)].join(' '))
    regions.add((given as Record<string, string>)['AWS_REGION'])
    return { code: pushed, stdout: '', stderr: pushed === 0 ? '' : 'denied' }
  }
  const error = await post({ ...fake.world, exec }).then(
    () => undefined,
    (failure: unknown) => failure as Error,
  )
  return { ...fake, error, ran, regions, scratch, scratchIsLeft: existsSync(scratch) }
}

const event = (type: string, more: object = {}) => ({
  '@level': 'info',
  '@message': type,
  '@timestamp': '',
  type,
  ...more,
})
const summary = event('change_summary', { changes: { add: 1, change: 2, remove: 3, operation: 'apply' } })
const creating = (type: string) => event(type, { hook: { resource: { addr: 'aws_vpc.a' }, action: 'create' } })
const dump = (serial: number) => event('dump', { state: { version: 4, serial, lineage: 'x', resources: [] } })

describe('reports how a command ended', () => {
  test.each([
    [
      'an apply',
      { lines: [summary] },
      'notice: Terraform apply completed after the step: 1 added, 2 changed, 3 destroyed.',
    ],
    [
      'an apply that is incomplete',
      { lines: [event('log')] },
      'warning: Terraform apply ended before it was complete.',
    ],
    [
      'a plan',
      { command: 'OpenTofu plan' },
      'notice: OpenTofu plan has ended. It changed nothing; run the step again to see the plan.',
    ],
    [
      'one whose stack main had not saved',
      { early: true, lines: [summary] },
      'notice: Terraform apply completed after the step: 1 added',
    ],
  ])('%s', async (_, options, line) => {
    const { error, lines, ran } = await killed(options)
    expect(error).toBeUndefined()
    expect(lines).toContainEqual(expect.stringContaining(line))
    expect(ran).toEqual([])
  })
})

test('logs what Terraform printed, without secrets', async () => {
  const { lines } = await killed({ lines: [event('log', { '@message': 'password is hunter2' })] })
  expect(lines).toContain('info: password is ***')
})

test('reports the resources that the interrupt cut short', async () => {
  const interrupted = event('log', { '@message': 'Interrupt received.' })
  const { summaries } = await killed({ lines: [creating('apply_start'), interrupted, creating('apply_errored')] })
  expect(summaries).toEqual([expect.stringContaining('Interrupted while being created or changed: `aws_vpc.a`')])
})

test('removes its folder, and puts a state file back that main had set aside', async () => {
  const [file, aside] = [join(folder, 'terraform.tfstate'), join(folder, '.aside')]
  writeFileSync(aside, 'state')
  const fake = fakeWorld({ RUNNER_TEMP: folder })
  const scratch = makeScratch(fake.world.step, folder)
  writeFileSync(join(scratch, 'state-aside.json'), JSON.stringify({ file, aside }))
  await post(fake.world)
  expect({ file: existsSync(file), aside: existsSync(aside), scratch: existsSync(scratch) }).toEqual({
    file: true,
    aside: false,
    scratch: false,
  })
  expect(fake.lines).toEqual([])
})

test('touches nothing outside of a folder that main made, whatever variables of the job say', async () => {
  const [file, aside, output] = ['terraform.tfstate', '.aside', 'output'].map((name) => join(folder, name))
  for (const path of [aside, output]) writeFileSync(path ?? '', 'precious')
  const fake = fakeWorld({ RUNNER_TEMP: join(folder, 'temp') })
  Object.assign(fake.state, {
    scratch: folder,
    running: JSON.stringify({ command: 'Terraform apply', link: join(folder, 'link'), output }),
    'state-aside': JSON.stringify({ file, aside }),
  })
  await post(fake.world)
  expect(readdirSync(folder).sort()).toEqual(['.aside', 'output'])
  expect(fake.lines).toEqual([])
})

describe('a state that Terraform could only print', () => {
  test('is pushed, in the region of the step', async () => {
    const { error, ran, regions, scratchIsLeft } = await killed({
      lines: [dump(4)],
      env: { 'INPUT_AWS-REGION': 'eu-central-1' },
    })
    expect(error).toBeUndefined()
    expect(ran).toEqual(['/bin/terraform state push'])
    expect([...regions]).toEqual(['eu-central-1'])
    expect(scratchIsLeft).toBe(false)
  })

  test('is kept, beside the state too, when it cannot be saved', async () => {
    const { error, outputs, scratch, scratchIsLeft } = await killed({
      lines: [dump(4)],
      pushed: 1,
      env: { GITHUB_RUN_ID: '9' },
    })
    expect(error?.message).toContain('It is kept in `s3://bucket/key.errored-9-1`.')
    expect(JSON.parse(s3.objects.get('/bucket/key.errored-9-1') ?? '')).toMatchObject({ serial: 4 })
    expect(outputs['errored-state-file']).toBe(join(scratch, 'errored.tfstate'))
    expect(scratchIsLeft).toBe(true)
  })
})

describe('a lock that Terraform could not release', () => {
  const notReleased = errorLine('Error releasing the state lock', 'Lock Info:\n  ID:        ours\n')

  test('is removed', async () => {
    s3.objects.set('/bucket/key.tflock', '{"ID":"ours"}')
    const { lines } = await killed({ lines: [notReleased], locks: ['ours'] })
    expect([...s3.objects]).toEqual([])
    expect(lines).toContain('notice: Terraform apply completed after the step.')
    expect(lines).toContain('info: Removed lock ours, which this run had not released.')
  })

  test('stays when Terraform has logged no lock ids, and a warning says how to remove it', async () => {
    s3.objects.set('/bucket/key.tflock', '{"ID":"ours"}')
    const { lines } = await killed({ lines: [notReleased] })
    expect([...s3.objects.keys()]).toEqual(['/bucket/key.tflock'])
    expect(lines).toContainEqual(
      expect.stringMatching(/^warning: Terraform could not release lock ours at its end\.\nNext: .*`lock-id: ours`/),
    )
  })

  test('of another run stays, without a warning', async () => {
    s3.objects.set('/bucket/key.tflock', '{"ID":"theirs"}')
    const { lines } = await killed({ lines: [notReleased], locks: ['ours'] })
    expect([...s3.objects.keys()]).toEqual(['/bucket/key.tflock'])
    expect(lines.filter((line) => line.startsWith('warning'))).toEqual([])
  })
})
