import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAction } from '../../../../../rehearsal/runner/syntax/action-metadata.ts'
import { removeFolders, repository, run, steps, temporary } from '../support.ts'

afterAll(removeFolders)

const nodeAction = (files: { main: string; post?: string; postIf?: string }) => ({
  'act/action.yml': `
name: Act
description: For the test
inputs:
  some-name: { description: x, default: "from \${{ github.ref_name }}" }
  other thing: { description: x }
runs:
  using: node24
  main: main.cjs
  ${files.post === undefined ? '' : 'post: post.cjs'}
  ${files.postIf === undefined ? '' : `post-if: ${files.postIf}`}
`,
  'act/main.cjs': files.main,
  ...(files.post === undefined ? {} : { 'act/post.cjs': files.post }),
})

describe('a Node action', () => {
  it('gets given and default inputs, and warns about unknown ones', async () => {
    const { log, annotations } = await run(
      steps(`
- uses: ./act
  with: { OTHER thing: given, bogus: 1 }`),
      nodeAction({ main: "console.log(process.env['INPUT_SOME-NAME'] + '|' + process.env['INPUT_OTHER_THING'])" }),
    )
    expect(log).toContain('from main|given')
    expect(annotations).toEqual(["warning: Unexpected input(s) 'bogus', valid inputs are ['some-name', 'other thing']"])
  })

  it('gets inputs that it does not declare, and an empty one for what has no default and is not given', async () => {
    const { log } = await run(
      steps('- { uses: ./act, with: { Bogus: 1 } }'),
      nodeAction({ main: "console.log(JSON.stringify([process.env.INPUT_BOGUS, process.env['INPUT_OTHER_THING']]))" }),
    )
    expect(log).toContain('["1",""]')
  })

  it('runs post steps at the end of the job in reverse order, with their state', async () => {
    const main = `
      const fs = require('fs')
      fs.appendFileSync(process.env.GITHUB_STATE, 'mark=' + process.env['INPUT_SOME-NAME'] + '\\n')
      if (process.env['INPUT_SOME-NAME'] === 'second') process.exit(1)`
    const { log, result, step } = await run(
      steps(`
- { id: one, uses: ./act, with: { some-name: first } }
- { id: two, uses: ./act, with: { some-name: second } }
- { id: three, uses: ./act, with: { some-name: third } }`),
      nodeAction({ main, post: "console.log('undo ' + process.env.STATE_mark)" }),
    )
    expect(log.filter((line) => line.startsWith('undo'))).toEqual(['undo second', 'undo first'])
    expect(step('two').outcome).toBe('failure')
    expect(step('one', 'post').outcome).toBe('success')
    expect(result.conclusion).toBe('failure')
  })

  it('skips a post step whose condition is false', async () => {
    const { step } = await run(
      steps('- { id: one, uses: ./act }'),
      nodeAction({ main: '', post: 'process.exit(1)', postIf: 'failure()' }),
    )
    expect(step('one', 'post').outcome).toBe('skipped')
  })

  it('can lie in another repository, whatever the ref', async () => {
    const other = repository(
      nodeAction({ main: "console.log(process.env.GITHUB_ACTION_REPOSITORY + ' ' + process.env.GITHUB_ACTION_REF)" }),
    )
    const { log } = await run(steps('- uses: slip/way/act@v1'), {}, { repositories: { 'slip/way': other.source } })
    expect(log).toContain('slip/way v1')
  })
})

it('an action without its bundle is refused before any step', async () => {
  const { 'act/main.cjs': _, ...rest } = nodeAction({ main: '' })
  const other = repository(rest)
  const options = { repositories: { 'slip/way': other.source } }
  await expect(run(steps('- run: exit 1\n- uses: slip/way/act@v1'), {}, options)).rejects.toThrow(
    'has no main.cjs. Build it with: npm run build',
  )
})

describe('a composite action', () => {
  it('runs its steps with its inputs, and returns outputs', async () => {
    const { log, result } = await run(
      steps(`
- id: both
  uses: ./both
  env: { FROM_STEP: step }
  with: { name: mona }
- run: echo "said \${{ steps.both.outputs.said }}"`),
      {
        'both/action.yml': `
name: Both
description: For the test
inputs: { name: { description: x } }
outputs: { said: { description: x, value: "\${{ steps.inner.outputs.word }}" } }
runs:
  using: composite
  steps:
    - id: inner
      shell: bash
      run: echo "word=hello-\${{ inputs.name }}-$FROM_STEP" >> "$GITHUB_OUTPUT"
    - if: failure()
      shell: bash
      run: echo must not run
`,
      },
    )
    expect(log).toContain('said hello-mona-step')
    expect(log).not.toContain('must not run')
    expect(result.conclusion).toBe('success')
  })
})

describe('cancelling', () => {
  const cancelOnce = (marker: string) => {
    const controller = new AbortController()
    return {
      cancel: controller.signal,
      stopTimeouts: { interruptMs: 400, terminateMs: 400 },
      on: (event: { type: string; line?: string }) => {
        if (event.type === 'log' && event.line === marker) controller.abort()
      },
    }
  }
  const recordSignals = `
    const fs = require('fs')
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.on(signal, () => {
        console.log('got ' + signal)
        if (signal === process.env['INPUT_SOME-NAME']) process.exit(0)
      })
    console.log('ready')
    setInterval(() => {}, 1000)`

  it('sends SIGINT, then SIGTERM, and runs steps with always()', async () => {
    const { log, result, step } = await run(
      steps(`
- { id: main, uses: ./act, with: { some-name: SIGTERM } }
- { id: next, run: echo next }
- { id: always, if: always(), run: echo always }
- { id: tidy, if: cancelled(), run: echo tidy }`),
      nodeAction({ main: recordSignals, post: "console.log('post ran')" }),
      cancelOnce('ready'),
    )
    expect(log.filter((line) => /^(got|next|always|tidy|post)/.test(line))).toEqual([
      'got SIGINT',
      'got SIGTERM',
      'always',
      'tidy',
      'post ran',
    ])
    expect(step('main').outcome).toBe('cancelled')
    expect(step('next').outcome).toBe('skipped')
    expect(result.conclusion).toBe('cancelled')
  })

  it('kills a step that ignores both', async () => {
    const { log, step } = await run(
      steps('- { id: main, uses: ./act, with: { some-name: never } }'),
      nodeAction({ main: recordSignals }),
      cancelOnce('ready'),
    )
    expect(log).toEqual(expect.arrayContaining(['got SIGINT', 'got SIGTERM']))
    expect(step('main').outcome).toBe('cancelled')
  })

  it('ends a cancelled run after its time limit', async () => {
    const { step, log } = await run(
      steps(`
- { id: main, uses: ./act, if: always() }
- { id: late, if: always(), run: echo late }`),
      nodeAction({ main: recordSignals }),
      { ...cancelOnce('ready'), cutOffMs: 300 },
    )
    expect(log).not.toContain('got SIGINT')
    expect(step('main').outcome).toBe('failure')
    expect(step('late').outcome).toBe('skipped')
  })
})

it('kills orphan processes at the end of a job', async () => {
  const file = join(temporary(), 'pid')
  // Until it is what it becomes, it is still called bash.
  const begun = 'until grep -q sleep /proc/$!/comm; do :; done'
  const { log } = await run(steps(`- run: 'sleep 300 >/dev/null 2>&1 & ${begun}; echo $! > "${file}"'`))
  expect(log).toContain('Terminated the orphan process sleep, which a step left running')
  const pid = readFileSync(file, 'utf8').trim()
  // A kill takes its moment; a process that was not killed lets this wait until the test's time is over.
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
})

/** Whether the process still runs. A zombie does not. */
function isAlive(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z'
  } catch {
    return false
  }
}

describe('an action that cannot be run', () => {
  it.each([
    ['using: docker\n  image: Dockerfile', 'runs on docker'],
    ['using: node20\n  main: x.js', 'runs on node20'],
    ['using: node24\n  main: x.js\n  pre: y.js', 'has a `pre`'],
  ])('is refused: %s', (runs, message) => {
    const folder = temporary()
    writeFileSync(join(folder, 'action.yml'), `name: x\ndescription: x\nruns:\n  ${runs}\n`)
    expect(() => readAction(folder, 'x')).toThrow(message)
  })
})

it('the action at the root of this repository fails, and says which to use instead', async () => {
  const { annotations, result } = await run(
    steps('- uses: slipway/slipway@v1'),
    {},
    { repositories: { 'slipway/slipway': join(import.meta.dirname, '../../../../..') } },
  )
  expect(result.conclusion).toBe('failure')
  for (const action of ['build-image', 'deploy-ecs', 'terraform-apply', 'datadog-event', 'deploy.yml']) {
    expect(annotations.join()).toContain(action)
  }
})
