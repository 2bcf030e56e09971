import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRunnerStep, truncateToBytes } from '../../../toolkit/step.ts'

test('does not change a text that fits', () => {
  expect(truncateToBytes('äöü', 6)).toBe('äöü')
})

test('cuts a longer text at the end of a line, and says so', () => {
  const cut = truncateToBytes(`${'line of text\n'.repeat(100)}`, 400)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(400)
  expect(cut).toMatch(/^(line of text\n)+line of text\n\n_Cut here/)
})

test('cuts a single long line between two characters', () => {
  const cut = truncateToBytes('ä'.repeat(1000), 301)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(301)
  expect(cut).toMatch(/^ä+\n\n_Cut here/)
})

describe('the state for the post step', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-step-'))
  const file = join(folder, 'state')
  afterEach(() => delete process.env['GITHUB_STATE'])
  afterAll(() => rmSync(folder, { recursive: true }))

  const open = () => {
    const warnings: string[] = []
    const step = openRunnerStep({ warning: (message) => void warnings.push(message) })
    writeFileSync(file, '')
    process.env['GITHUB_STATE'] = file
    return { step, warnings, fill: () => Object.assign(process.env, { GITHUB_STATE: '/dev/full' }) }
  }

  test('throws where the disk is full before post knows of anything', () => {
    const { step, fill } = open()
    step.saveState('task', '')
    fill()
    expect(() => step.saveState('task', '{"taskArn":"arn"}')).toThrow(
      /^The state `task` .* could not be written: .*ENOSPC/,
    )
  })

  test('is a warning once the work has begun, so that its result is not lost', () => {
    const { step, warnings, fill } = open()
    step.saveState('task', 'arn')
    fill()
    step.saveState('task', '')
    expect(warnings).toEqual([expect.stringMatching(/ENOSPC.* may repeat/)])
  })

  test('is not written where it is the same', () => {
    const { step, warnings, fill } = open()
    step.saveState('task', '')
    fill()
    step.saveState('task', '')
    expect(warnings).toEqual([])
    expect(readFileSync(file, 'utf8').match(/^task<</gm)).toHaveLength(1)
  })
})

test('a lost output is shown whole or not at all: the runner would not mask a part of a secret', () => {
  const file = process.env['GITHUB_OUTPUT']
  process.env['GITHUB_OUTPUT'] = '/dev/full'
  const step = openRunnerStep({ warning: () => {} })
  step.output('verdict', 'succeeded')
  step.output('aws-session-token', 's'.repeat(201))
  if (file === undefined) delete process.env['GITHUB_OUTPUT']
  else process.env['GITHUB_OUTPUT'] = file
  expect(step.lostOutputs()?.split('\n').slice(1, 3)).toEqual([
    '  verdict: succeeded',
    '  aws-session-token: (201 characters)',
  ])
})

test('a value with too many levels for JSON is a lost output, and does not end the step', () => {
  const step = openRunnerStep({ warning: () => {} })
  step.output('tree', JSON.parse(`${'['.repeat(9000)}${']'.repeat(9000)}`))
  expect(step.lostOutputs()).toMatch(/could not be written: .*too many levels\.\n {2}tree: \(not shown\)\n/)
})
