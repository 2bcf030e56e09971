import { removeFolders, run, steps } from '../support.ts'

afterAll(removeFolders)

describe('steps', () => {
  it('pass outputs, environment and paths through file commands', async () => {
    const { result, log } = await run(
      steps(`
- id: say
  run: |
    echo "plain=a=b" >> "$GITHUB_OUTPUT"
    printf 'many<<END\\nfirst\\nsecond\\nEND\\n' >> "$GITHUB_OUTPUT"
    echo "COLOUR=red" >> "$GITHUB_ENV"
    mkdir tools && printf '#!/bin/sh\\necho tool ran\\n' > tools/mytool && chmod +x tools/mytool
    echo "$PWD/tools" >> "$GITHUB_PATH"
- run: echo '\${{ steps.say.outputs.plain }}' "$COLOUR" '\${{ env.COLOUR }} \${{ toJSON(steps.say.outputs.many) }}'
- run: mytool`),
    )
    expect(result.conclusion).toBe('success')
    expect(log).toEqual(expect.arrayContaining(['a=b red red "first\\nsecond"', 'tool ran']))
  })

  it('start in an empty workspace until they check out', async () => {
    const { log } = await run(`
on: push
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
      - run: echo "before=$(ls -A | wc -l)"
      - uses: actions/checkout@v5
      - run: echo "after=$(git rev-parse HEAD)" && test "$(git rev-parse HEAD)" = "$GITHUB_SHA"
`)
    expect(log).toContain('before=0')
    expect(log.some((line) => /^after=[0-9a-f]{40}$/.test(line))).toBe(true)
  })

  it('are skipped after a failure, unless their condition says otherwise', async () => {
    const { result, step } = await run(
      steps(`
- id: forgiven
  continue-on-error: true
  run: exit 3
- id: before
  run: 'true'
- id: breaks
  run: exit 1
- id: after
  run: 'true'
- id: on-failure
  if: failure()
  run: 'true'
- id: always
  if: \${{ always() && steps.breaks.outcome == 'failure' }}
  run: 'true'
- id: on-cancel
  if: cancelled()
  run: 'true'`),
    )
    expect(result.conclusion).toBe('failure')
    expect(step('forgiven')).toMatchObject({ outcome: 'failure', conclusion: 'success' })
    const outcomes = ['before', 'breaks', 'after', 'on-failure', 'always', 'on-cancel'].map((id) => step(id).outcome)
    expect(outcomes).toEqual(['success', 'failure', 'skipped', 'success', 'success', 'skipped'])
  })

  it('can use their own env in their condition', async () => {
    const { step } = await run(
      steps(`
- { id: with, if: env.KEY != '', env: { KEY: "\${{ secrets.KEY }}" }, run: 'true' }
- { id: without, if: env.OTHER != '', env: { OTHER: "\${{ secrets.OTHER }}" }, run: 'true' }`),
      {},
      { settings: { secrets: { KEY: 'sesame' }, vars: {} } },
    )
    expect(step('with').outcome).toBe('success')
    expect(step('without').outcome).toBe('skipped')
  })

  it("get the runner's environment, not this process's", async () => {
    process.env['LEAK_OF_THE_TEST'] = 'leaked'
    const { log } = await run(
      steps(`
- env: { OWN: "\${{ github.ref_name }}", GITHUB_SHA: mine }
  working-directory: .github
  run: |
    echo "leak=$LEAK_OF_THE_TEST own=$OWN repo=$GITHUB_REPOSITORY event=$GITHUB_EVENT_NAME ci=$CI at=$(basename "$PWD")"
    test "$GITHUB_SHA" != mine
    grep -q '"after": "'"$GITHUB_SHA"'"' "$GITHUB_EVENT_PATH" && echo payload`),
    )
    expect(log).toEqual(
      expect.arrayContaining(['leak= own=main repo=acme/web event=push ci=true at=.github', 'payload']),
    )
  })

  it('fail at their timeout-minutes', async () => {
    const { step, annotations } = await run(
      steps(`
- id: slow
  timeout-minutes: 0.005
  run: exec sleep 30`),
      {},
      { stopTimeouts: { interruptMs: 50, terminateMs: 50 } },
    )
    expect(step('slow').outcome).toBe('failure')
    expect(annotations).toContain("error: The action 'slow' has timed out after 0.005 minutes.")
  })

  it('fail on an invalid file command', async () => {
    const { step, annotations } = await run(
      steps(`
- id: bad
  run: echo nonsense >> "$GITHUB_OUTPUT"`),
    )
    expect(step('bad').outcome).toBe('failure')
    expect(annotations).toContainEqual(expect.stringContaining("Invalid format 'nonsense'"))
  })

  it("lose a summary that is larger than GitHub's limit", async () => {
    const { step, annotations } = await run(
      steps(`
- id: big
  run: head -c 1100000 /dev/zero | tr '\\0' x >> "$GITHUB_STEP_SUMMARY"
- id: small
  if: always()
  run: echo '# Hello' >> "$GITHUB_STEP_SUMMARY"`),
    )
    expect(step('big').summary).toBe('')
    expect(step('small').summary).toBe('# Hello\n')
    expect(annotations).toContainEqual(expect.stringContaining('upload aborted'))
  })
})

describe('what is printed', () => {
  it('is masked, in logs, annotations, summaries and job outputs', async () => {
    const { log, annotations, result, step } = await run(
      `
on: push
jobs:
  job:
    runs-on: ubuntu-latest
    outputs: { leak: "\${{ steps.a.outputs.leak }}", fine: "\${{ steps.a.outputs.fine }}" }
    steps:
      - id: a
        env: { KEY: "\${{ secrets.KEY }}" }
        run: |
          echo "key is $KEY"
          echo "::add-mask::made-up-later"
          echo "::error title=about made-up-later::it was made-up-later"
          echo "encoded $(printf %s "$KEY" | base64)"
          echo "leak=x${'$'}KEY" >> "$GITHUB_OUTPUT"
          echo "fine=y" >> "$GITHUB_OUTPUT"
          echo "# $KEY" >> "$GITHUB_STEP_SUMMARY"
`,
      {},
      { settings: { secrets: { KEY: 'hunter2hunter2' }, vars: {} } },
    )
    expect(log).toEqual(expect.arrayContaining(['key is ***', 'encoded ***']))
    expect(annotations).toEqual(['error: it was ***', "warning: Skip output 'leak' since it may contain secret."])
    expect(result.jobs[0]?.outputs).toEqual({ fine: 'y' })
    expect(step('a').summary).toBe('# ***\n')
    expect(log.join('\n')).not.toContain('made-up-later')
  })

  it('has no effect between stop-commands and its token', async () => {
    const { annotations } = await run(
      steps(`
- run: |
    echo "::stop-commands::tok3n"
    echo "::error::not mine"
    echo "::tok3n::"
    echo "::notice file=a.ts,line=7::mine"`),
    )
    expect(annotations).toEqual(['notice: mine'])
  })

  it("stands after .NET's white space, at the start of a line as .NET reads them", async () => {
    const { annotations, log } = await run(
      steps(`
- run: |
    printf '\\302\\205::notice::after U+0085\\n'
    printf 'text\\r::notice::after a carriage return\\r\\ntext\\342\\200\\250::notice::in a line\\n'
    printf '::notice::without an end'
- run: |
    printf '\\357\\273\\277::notice::after a byte order mark\\n'
    printf '\\357\\273\\277::notice::after another\\n'`),
    )
    expect(annotations).toEqual([
      'notice: after U+0085',
      'notice: after a carriage return',
      'notice: without an end',
      'notice: after a byte order mark',
    ])
    expect(log).toEqual(expect.arrayContaining(['text', 'text\u2028::notice::in a line']))
  })

  it('fails the step for a command that GitHub disabled', async () => {
    const { step, annotations } = await run(
      steps(`
- id: old
  run: echo "::set-output name=a::b"`),
    )
    expect(step('old').outcome).toBe('failure')
    expect(annotations).toContainEqual(expect.stringContaining('::set-output::'))
  })
})
