// Every workflow file of this repository, read by GitHub's own parser, against the action.yml files it uses.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingInputs, problemsOf } from '../support/workflow-check.ts'

const root = join(import.meta.dirname, '../..')
const files = globSync(['.github/workflows/*.yml', 'examples/*/.github/workflows/*.yml'], { cwd: root }).toSorted()

it('finds the workflows', () => {
  expect(files).toEqual(
    expect.arrayContaining(
      ['deploy', 'deploy-stage', 'deploy-prod', 'ci'].map((name) => `.github/workflows/${name}.yml`),
    ),
  )
})

it.each(files)('%s uses only actions, inputs and outputs that exist', async (file) => {
  expect(await problemsOf(readFileSync(join(root, file), 'utf8'), file, root)).toEqual([])
})

describe('the check itself', () => {
  const job = (steps: string) => `
on: push
permissions: {}
jobs:
  job:
    runs-on: ubuntu-latest
    permissions: {}
    outputs: { image: "\${{ steps.tell.outputs.event-id }}" }
    steps:
${steps.replace(/^/gm, '      ')}
`
  const tell = (inputs: string, uses = 'slipway/slipway/actions/datadog-event@v1') => `
- id: tell
  uses: ${uses}
  with: ${inputs}`
  const call = (inputs: string) => `
on: push
permissions: {}
jobs:
  job:
    permissions: { contents: read, id-token: write }
    uses: ./.github/workflows/deploy.yml
    with: ${inputs}
`

  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['an unknown action', job(tell('{}', 'slipway/slipway/actions/datadog@v1')), /actions\/datadog has no action\.yml/],
    ['a local action that is not there', job(tell('{}', './actions/datadog')), /actions\/datadog has no action\.yml/],
    ['an unknown input', job(tell('{ apikey: x }')), /datadog-event has no input apikey/],
    [
      'an unknown output',
      `${job(tell('{}'))}      - run: echo \${{ steps.tell.outputs.event }}\n`,
      /step tell has no output event/,
    ],
    [
      'an unknown output in a condition',
      `${job(tell('{}'))}      - { if: steps.tell.outputs.event != '', run: 'true' }\n`,
      /step tell has no output event/,
    ],
    [
      'a step that is not there',
      `${job(tell('{}'))}      - run: echo \${{ steps.told.outputs.event-id }}\n`,
      /no step told/,
    ],
    ['an unknown input of a called workflow', call('{ environment: x, dir: y }'), /deploy\.yml has no input dir/],
    ['a missing input of a called workflow', call('{ directory: y }'), /deploy\.yml requires the input environment/],
    ['a third-party action by tag', job(tell('{}', 'actions/checkout@v5')), /pinned to a commit/],
    [
      'a job that does not say its permissions',
      job(tell('{}')).replace('    permissions: {}\n', ''),
      /job job does not say its permissions/,
    ],
    ['what GitHub itself refuses', job('- { run: x, use: y }'), /Unexpected value 'use'/],
  ]
  it.each(cases)('finds %s', async (_, workflow, problem) => {
    expect(await problemsOf(workflow, 'w.yml', root)).toContainEqual(expect.stringMatching(problem))
  })

  it('finds a required input that is missing', () => {
    const manifest = { id: 'x', inputs: [{ id: 'needed', required: true, hasDefault: false }], outputs: [] }
    expect(missingInputs(manifest, [])).toEqual(['x requires the input needed'])
    expect(missingInputs(manifest, ['needed'])).toEqual([])
  })
})
