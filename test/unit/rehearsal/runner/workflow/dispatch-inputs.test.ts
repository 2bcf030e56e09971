import { readFileSync } from 'node:fs'
import { removeFolders, run } from '../support.ts'

afterAll(removeFolders)

const BY_HAND = `
on:
  workflow_dispatch:
    inputs:
      place: { type: choice, options: [stage, prod], required: true }
      deep: { type: boolean, default: false }
      depth: { type: number, default: 3 }
      note: { type: string }
jobs:
  job:
    runs-on: ubuntu-latest
    environment: \${{ inputs.place }}
    steps:
      - id: say
        run: |
          echo '\${{ toJSON(inputs.place) }} \${{ toJSON(inputs.deep) }} \${{ toJSON(inputs.depth) }} \${{ toJSON(inputs.note) }}'
          echo '\${{ github.event_name }} \${{ github.ref_type }} \${{ github.event.inputs.place }} \${{ vars.WHERE }}'
          echo "at $GITHUB_EVENT_PATH"
`
const started = (inputs: Readonly<Record<string, string>>) =>
  run(
    BY_HAND,
    {},
    {
      trigger: { event: 'workflow_dispatch', ref: 'refs/tags/v1.0.0', sha: 'a'.repeat(40), actor: 'mona', inputs },
      environments: { prod: { secrets: {}, vars: { WHERE: 'in prod' } } },
    },
  )

test('a workflow_dispatch run gets its inputs in their types', async () => {
  const { log, result } = await started({ place: 'prod', deep: 'true' })
  expect(result.conclusion).toBe('success')
  expect(log).toEqual(expect.arrayContaining(['"prod" true 3 ""', 'workflow_dispatch tag prod in prod']))
  const path = log.find((line) => line.startsWith('at '))?.slice(3) ?? ''
  expect(JSON.parse(readFileSync(path, 'utf8'))).not.toHaveProperty('head_commit')
})

test.each([
  [{}, 'required input place is missing'],
  [{ place: 'nowhere' }, "input place is 'nowhere', but must be one of stage, prod"],
  [{ place: 'prod', plaice: 'prod' }, 'unknown input plaice. The workflow has place, deep, depth, note'],
])('%j is refused before anything runs', async (inputs, message) => {
  await expect(started(inputs)).rejects.toThrow(message)
})

test('a workflow without workflow_dispatch cannot be dispatched', async () => {
  const trigger = { event: 'workflow_dispatch', ref: 'refs/heads/main', sha: 'a', actor: 'mona', inputs: {} } as const
  const pushed = BY_HAND.replace('  workflow_dispatch:', '  push:').replace(/ {4}inputs:\n(?: {6}.*\n)*/, '')
  await expect(run(pushed, {}, { trigger })).rejects.toThrow('does not run on workflow_dispatch, but on push')
})
