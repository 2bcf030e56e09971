import { removeFolders, repository, run, steps } from '../support.ts'

afterAll(removeFolders)

const job = (script: string, more = '') => `{ runs-on: ubuntu-latest, ${more} steps: [{ run: "${script}" }] }`

describe('jobs', () => {
  it('run in the order of their needs, and see the outputs of those', async () => {
    const { log, result } = await run(`
on: push
jobs:
  last:
    needs: [first]
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "got \${{ needs.first.outputs.word }} from a \${{ needs.first.result }}"' }]
  first:
    runs-on: ubuntu-latest
    outputs: { word: "\${{ steps.a.outputs.word }}" }
    steps: [{ id: a, run: 'echo word=hello >> $GITHUB_OUTPUT' }]
`)
    expect(log).toEqual(['got hello from a success'])
    expect(result.jobs.map(({ id }) => id)).toEqual(['first', 'last'])
  })

  it('are skipped after a failed direct or indirect need, unless their condition says otherwise', async () => {
    const { result } = await run(`
on: push
jobs:
  a: ${job('exit 1')}
  b: ${job('true', 'needs: a,')}
  c: ${job('true', 'needs: b, if: failure(),')}
  d: ${job('true', 'needs: b, if: always(),')}
  e: ${job('true', 'needs: d,')}
`)
    expect(Object.fromEntries(result.jobs.map(({ id, conclusion }) => [id, conclusion]))).toEqual({
      a: 'failure',
      b: 'skipped',
      c: 'success',
      d: 'success',
      e: 'skipped',
    })
    expect(result.conclusion).toBe('failure')
  })

  it('see the variables and secrets of their environment', async () => {
    const { log } = await run(
      `
on: push
jobs:
  job:
    runs-on: ubuntu-latest
    environment: stage
    env: { WHERE: "\${{ vars.WHERE }}" }
    steps: [{ run: 'echo "$WHERE \${{ vars.COMMON }} \${{ secrets.KEY }}"' }]
`,
      {},
      {
        settings: { vars: { WHERE: 'nowhere', COMMON: 'common' }, secrets: {} },
        environments: { stage: { vars: { WHERE: 'stage' }, secrets: { KEY: 'sesame' } } },
      },
    )
    expect(log).toEqual(['stage common ***'])
  })
})

describe('a called workflow', () => {
  const called = `
on:
  workflow_call:
    inputs:
      where: { type: string, required: true }
      times: { type: number, default: 2 }
      loud: { type: boolean }
    secrets:
      key: { required: true }
    outputs:
      result: { value: "\${{ jobs.inner.outputs.said }}" }
jobs:
  inner:
    runs-on: ubuntu-latest
    outputs: { said: "\${{ steps.a.outputs.said }}" }
    steps:
      - id: a
        run: echo "said=\${{ inputs.where }}-\${{ inputs.times }}-\${{ inputs.loud }}-$OUTER" >> "$GITHUB_OUTPUT"
      - run: echo "key \${{ secrets.key }}"
`
  const caller = (
    inputs: string,
    secrets = '{ key: "${{ secrets.KEY }}" }',
    uses = './.github/workflows/called.yml',
  ) => `
on: push
env: { OUTER: outer }
jobs:
  call:
    uses: ${uses}
    with: ${inputs}
    secrets: ${secrets}
  after:
    needs: call
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "after \${{ needs.call.outputs.result }}"' }]
`
  const settings = { settings: { secrets: { KEY: 'sesame' }, vars: {} } }
  const files = { '.github/workflows/called.yml': called }

  it('gets inputs and secrets but not env, and returns outputs', async () => {
    const { log } = await run(caller('{ where: here, loud: true }'), files, settings)
    expect(log).toEqual(['key ***', 'after here-2-true-'])
  })

  it('can lie in another repository', async () => {
    const other = repository({ '.github/workflows/called.yml': called })
    const { log } = await run(
      caller('{ where: there }', undefined, 'slip/way/.github/workflows/called.yml@v1'),
      {},
      {
        ...settings,
        repositories: { 'slip/way': other.source },
      },
    )
    expect(log).toContain('after there-2-false-')
  })

  it.each([
    ['{ where: x, bogus: 1 }', undefined, 'has no input bogus'],
    ['{ loud: true }', undefined, 'requires the input where'],
    ['{ where: x, times: many }', undefined, 'input times is a number'],
    ['{ where: x }', '{}', 'requires the secret key'],
    ['{ where: x }', '{ key: a, other: b }', 'has no secret other'],
  ])('refuses %s with secrets %s', async (inputs, secrets, message) => {
    await expect(run(caller(inputs, secrets), files, settings)).rejects.toThrow(message)
  })

  it('cannot request more permissions than its caller has', async () => {
    const greedy = called.replace('jobs:', 'permissions: { id-token: write }\njobs:')
    await expect(run(caller('{ where: x }'), { '.github/workflows/called.yml': greedy }, settings)).rejects.toThrow(
      "requesting 'id-token: write', but is only allowed 'id-token: none'",
    )
  })
})

describe('a workflow that cannot be run', () => {
  it.each([
    [
      'a matrix',
      `on: push\njobs: { a: { strategy: { matrix: { x: [1] } }, runs-on: u, steps: [{ run: x }] } }`,
      '`strategy`',
    ],
    ['a container', `on: push\njobs: { a: { container: node, runs-on: u, steps: [{ run: x }] } }`, '`container`'],
    [
      'services',
      `on: push\njobs: { a: { services: { x: { image: y } }, runs-on: u, steps: [{ run: x }] } }`,
      '`services`',
    ],
    ['an unknown key', `on: push\njobs: { a: { runs-on: u, steps: [{ rum: x }] } }`, "Unexpected value 'rum'"],
    ['another event', `on: release\njobs: { a: { runs-on: u, steps: [{ run: x }] } }`, 'does not run on push'],
    ['an unknown action', steps('- uses: acme/unknown@v1'), 'does not have `acme/unknown@v1`'],
    ['a Docker action', steps('- uses: docker://alpine'), 'neither ./path nor owner/name/path@ref'],
  ])('is refused before any step: %s', async (_, workflow, message) => {
    await expect(run(workflow)).rejects.toThrow(message)
  })

  it.each([
    ['a path out of the workspace', '- { id: bad, uses: ./../outside }', 'leads out of its repository'],
    ['an unknown shell', '- { id: bad, run: x, shell: pwsh }', 'not `pwsh`'],
    ['hashFiles', '- { id: bad, run: "echo ${{ hashFiles(\'x\') }}" }', 'no hashFiles()'],
    [
      'an input that a stand-in does not know',
      '- { id: bad, uses: actions/checkout@v5, with: { lfs: true } }',
      'has no input lfs',
    ],
    [
      'a role without id-token',
      '- { id: bad, uses: aws-actions/configure-aws-credentials@v5, with: { aws-region: r, role-to-assume: a } }',
      'id-token: write',
    ],
  ])('fails the step: %s', async (_, yaml, message) => {
    const { step, annotations } = await run(steps(yaml))
    expect(step('bad').outcome).toBe('failure')
    expect(annotations).toContainEqual(expect.stringContaining(message))
  })
})
