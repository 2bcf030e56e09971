// The runtime owns the process, so each case is a process.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const runtime = pathToFileURL(join(root, 'toolkit/runtime.ts')).href
const folder = mkdtempSync(join(tmpdir(), 'slipway-runtime-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly output: string
}

function start(
  body: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ended> } {
  const script = join(folder, `case-${Math.random()}.mts`)
  writeFileSync(script, `import { run } from ${JSON.stringify(runtime)}\n${body}`)
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env } })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, output }))) }
}

const failures = (output: string) => output.match(/^::error::/gm)?.length ?? 0

test('exits with 0 after main returns, also with an open socket', async () => {
  const { code, output } = await start(`
    import { createServer } from 'node:net'
    run({ main: async ({ log }) => { createServer().listen(0); log.info('done') } })`).ended
  expect({ code, output }).toEqual({ code: 0, output: 'done\n' })
})

test('fails the step once when main throws, with the hint', async () => {
  const { code, output } = await start(`
    import { SlipwayError } from ${JSON.stringify(pathToFileURL(join(root, 'toolkit/errors.ts')).href)}
    run({ main: async () => { throw new SlipwayError('No luck.', { hint: 'Try harder.' }) } })`).ended
  expect({ code, output }).toEqual({ code: 1, output: '::error::No luck.%0ANext: Try harder.\n' })
})

test('fails the step when a promise never settles', async () => {
  const { code, output } = await start('run({ main: () => new Promise(() => {}) })').ended
  expect(code).toBe(1)
  expect(output).toContain('waited for something that never happened')
  expect(failures(output)).toBe(1)
})

test('fails the step once on an unhandled rejection', async () => {
  const { code, output } = await start(`
    run({ main: async ({ clock }) => {
      Promise.reject(new Error('stray'))
      await clock.sleep(50)
      throw new Error('later')
    } })`).ended
  expect(code).toBe(1)
  expect(output).toContain('stray')
  expect(failures(output)).toBe(1)
})

test('fails the step when the process exits early', async () => {
  expect((await start('run({ main: async () => process.exit(0) })').ended).code).toBe(1)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'aborts the signal of main on %s, so that it can clean up',
  async (signal) => {
    const { child, ended } = start(`
    run({ main: async ({ clock, log, signal }) => {
      log.info('up')
      await clock.sleep(60_000, signal).catch(async (error) => {
        await clock.sleep(50)
        log.info('tidied')
        throw error
      })
    } })`)
    child.stdout?.once('data', () => child.kill(signal))
    const { code, output } = await ended
    expect({ code, output }).toEqual({ code: 1, output: `up\ntidied\n::error::The run was cancelled (${signal}).\n` })
  },
)

test('runs post in the post step, or nothing without one', async () => {
  const both = "run({ main: async ({ log }) => log.info('main'), post: async ({ log }) => log.info('post') })"
  const none = "run({ main: async ({ log }) => log.info('main') })"
  expect(await start(both, {}, ['post']).ended).toEqual({ code: 0, output: 'post\n' })
  expect(await start(both).ended).toEqual({ code: 0, output: 'main\n' })
  expect(await start(none, {}, ['post']).ended).toEqual({ code: 0, output: '' })
})

test('no variable of the job has main do nothing', async () => {
  const both = "run({ main: async ({ log }) => log.info('main'), post: async ({ log }) => log.info('post') })"
  expect(await start(both, { SLIPWAY_PHASE: 'post' }).ended).toEqual({ code: 0, output: 'main\n' })
})

test('writes outputs, state and summary to the files of the runner', async () => {
  const file = (name: string) => {
    writeFileSync(join(folder, name), '')
    return join(folder, name)
  }
  const env = { GITHUB_OUTPUT: file('output'), GITHUB_STATE: file('state'), GITHUB_STEP_SUMMARY: file('summary') }
  const { code } = await start(
    `run({ main: async ({ step }) => {
      step.output('digest', 'sha256:1')
      step.output('counts', { add: 1 })
      step.saveState('pid', '7')
      step.summary('# Deployed')
      step.summary('Healthy')
    }, state: ['pid'] })`,
    env,
  ).ended
  expect(code).toBe(0)
  expect(readFileSync(env.GITHUB_OUTPUT, 'utf8')).toMatch(
    /^digest<<(.+)\nsha256:1\n\1\ncounts<<(.+)\n\{"add":1\}\n\2\n$/,
  )
  expect(readFileSync(env.GITHUB_STATE, 'utf8')).toMatch(/^pid<<(.+)\n\n\1\npid<<(.+)\n7\n\2\n$/)
  expect(readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8')).toBe('# Deployed\n\nHealthy\n\n')
})

test('masks each line of a secret', async () => {
  const { output } = await start("run({ main: async ({ log }) => log.mask('one\\n\\ntwo') })").ended
  expect(output).toBe('::add-mask::one%0A%0Atwo\n::add-mask::one\n::add-mask::two\n')
})

test('what libraries print has no command of the runner in it', async () => {
  const { output } = await start(`
    run({ main: async ({ clock }) => {
      console.warn('an answer\\n\\u0085::add-mask::sha256')
      console.log('::stop-commands::%s', 'x')
      process.emitWarning('a path\\n::add-mask::sha256')
      await clock.sleep(1)
    } })`).ended
  expect(output.split('\n').map((line) => line.replace('\u200b', '|'))).toEqual([
    'an answer',
    '\u0085:|:add-mask::sha256',
    ':|:stop-commands::x',
    'Warning: a path',
    ':|:add-mask::sha256',
    '',
  ])
})

test('main saves each listed state empty first, and no other: a variable of the job would stand in for it', async () => {
  const file = join(folder, 'cleared-state')
  writeFileSync(file, '')
  const { code, output } = await start(
    "run({ main: async ({ step }) => step.saveState('other', '1'), state: ['scratch', 'task'] })",
    { GITHUB_STATE: file, STATE_scratch: '/precious' },
  ).ended
  expect(code).toBe(1)
  expect(output).toContain('`other` is not listed')
  expect(readFileSync(file, 'utf8')).toMatch(/^scratch<<(.+)\n\n\1\ntask<<(.+)\n\n\2\n$/)
})

describe('on a full disk', () => {
  test('a lost summary is a warning, after which the step goes on', async () => {
    const { code, output } = await start(
      "run({ main: async ({ log, step }) => { step.summary('# Deployed'); log.info('web:2 runs in prod/web') } })",
      { GITHUB_STEP_SUMMARY: '/dev/full' },
    ).ended
    expect(code).toBe(0)
    expect(output).toMatch(/^::warning::The job summary could not be written: ENOSPC.*\nweb:2 runs in prod\/web\n$/)
  })

  test('lost outputs fail the step, once it has said what was done', async () => {
    const { code, output } = await start(
      `run({ main: async ({ log, step }) => {
        step.output('verdict', 'succeeded')
        step.output('images', ['web'])
        log.info('web:2 runs in prod/web')
      } })`,
      { GITHUB_OUTPUT: '/dev/full' },
    ).ended
    expect(code).toBe(1)
    const [first, second] = output.split('\n')
    expect(first).toBe('web:2 runs in prod/web')
    expect(second).toMatch(/^::error::The step has ended, .* could not be written: ENOSPC/)
    expect(second).toContain('%0A  verdict: succeeded%0A  images: ["web"]%0ANext: Free disk space')
  })

  test('an error of the step comes before that of its outputs', async () => {
    const { output } = await start(
      "run({ main: async ({ step }) => { step.output('verdict', 'failed'); throw new Error('web: failed.') } })",
      { GITHUB_OUTPUT: '/dev/full' },
    ).ended
    expect(output).toMatch(/^::error::web: failed\.\n::error::The step has ended/)
  })

  test('a state that cannot be saved stops main before it starts', async () => {
    const { code, output } = await start(
      "run({ main: async ({ log }) => log.info('started'), post: async () => {}, state: ['task'] })",
      { GITHUB_STATE: '/dev/full' },
    ).ended
    expect(code).toBe(1)
    expect(output).toMatch(/^::error::The state `task` for the post step could not be written: ENOSPC/)
    expect(output).not.toContain('started')
  })
})
