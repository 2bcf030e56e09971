// Moves a committed state to S3, with a real Terraform before and after; changes nothing that is in the way.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { source } from '../../support/run-action.ts'
import { terraformConfig } from '../../support/terraform-apply/terraform-files.ts'
import { type Stack, type StateStore, useStacks, withStack } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

const MAIN = `
  variable "password" {
    sensitive = true
    default   = "hunter-two"
  }
  resource "terraform_data" "a" {
    count = 3
    input = var.password
  }
  output "ids" {
    value = terraform_data.a[*].id
  }`

/** A stack with a local state, as from a laptop. */
function onLaptop(
  name: string,
  made = stack(name, { 'main.tf': MAIN }),
): { made: Stack; original: Buffer; backend: string } {
  const backend = readFileSync(`${made.directory}/backend.tf`, 'utf8')
  made.write({ 'backend.tf': '' })
  const env = { ...process.env, TF_CLI_CONFIG_FILE: terraformConfig() }
  for (const args of [['init'], ['apply', '-auto-approve']]) {
    execFileSync('terraform', args, { cwd: made.directory, env, stdio: 'pipe' })
  }
  execFileSync('rm', ['-rf', `${made.directory}/.terraform`])
  made.write({ 'backend.tf': backend })
  return { made, original: readFileSync(`${made.directory}/terraform.tfstate`), backend }
}

test('writes the same bytes, makes an empty plan, and says what to delete from git', async () => {
  const { made, original } = onLaptop('moved')
  const refused = await made.run({ command: 'plan' })
  expect(refused.log).toContain('`infra/terraform.tfstate` holds a state')
  expect(refused.log).toContain('command: migrate-state')

  const moved = await made.run({ command: 'migrate-state' })
  expect(moved.code).toBe(0)
  expect(await stacks.store.text('moved/terraform.tfstate')).toBe(original.toString())
  expect(moved.summary).toContain('git rm --cached --ignore-unmatch infra/terraform.tfstate')
  expect(await stacks.store.keys('moved/')).not.toContain('moved/terraform.tfstate.tflock')
  // The file is still there: the user deletes it with a commit.
  expect(readFileSync(`${made.directory}/terraform.tfstate`)).toEqual(original)
  expect(readdirSync(made.directory).filter((name) => name.endsWith('-aside'))).toEqual([])

  expect((await made.run({ command: 'migrate-state' })).log).toContain('holds this state already')
  execFileSync('rm', [`${made.directory}/terraform.tfstate`])
  expect(await made.run({ command: 'plan' })).toMatchObject({ code: 0, outputs: { 'has-changes': 'false' } })
})

test('puts the file back when the step was killed while it was aside', async () => {
  const { made, original } = onLaptop('killed')
  const states = () => readdirSync(made.directory).filter((name) => /tfstate(-aside)?$/.test(name))
  const env = made.inPlaceOfTerraform('[ "$1" = init ] && kill -9 $PPID\nexec "$REAL_TERRAFORM" "$@"')
  const killed = await made.run({ command: 'migrate-state' }, { env })
  expect(killed.killedBy).toBe('SIGKILL')
  expect(states()).toEqual([expect.stringMatching(/-aside$/)])

  const { code } = await made.run({ command: 'migrate-state' }, { phase: 'post', state: killed.state })
  expect(code).toBe(0)
  expect(states()).toEqual(['terraform.tfstate'])
  expect(readFileSync(`${made.directory}/terraform.tfstate`)).toEqual(original)
  expect(await stacks.store.keys('killed/')).toEqual([])
})

test('never changes another state that is there', async () => {
  const { made } = onLaptop('taken')
  const theirs = JSON.stringify({
    version: 4,
    serial: 7,
    lineage: 'theirs',
    resources: [],
    outputs: { theirs: { value: 1, type: 'number' } },
  })
  await stacks.store.put('taken/terraform.tfstate', theirs)
  const refused = await made.run({ command: 'migrate-state' })
  expect(refused.code).toBe(1)
  expect(refused.log).toContain(
    's3://terraform-state/taken/terraform.tfstate holds another state, which was not changed.',
  )
  expect(await stacks.store.text('taken/terraform.tfstate')).toBe(theirs)
  expect(await stacks.store.keys('taken/')).not.toContain('taken/terraform.tfstate.tflock')
  expect(readdirSync(made.directory)).toContain('terraform.tfstate')
})

test('leaves a locked state alone', async () => {
  const { made } = onLaptop('held')
  const lock = { ID: 'l', Operation: 'OperationTypeApply', Who: 'ada@laptop', Created: '2026-01-01T00:00:00Z' }
  await stacks.store.put('held/terraform.tfstate.tflock', JSON.stringify(lock))
  expect((await made.run({ command: 'migrate-state' })).log).toContain('is locked: ada@laptop holds it since')
  expect(await stacks.store.keys('held/')).toEqual(['held/terraform.tfstate.tflock'])
})

describe('when S3 denies a request, or does not answer', () => {
  const inCloud = (intercept: Intercept, task: (made: Stack, store: StateStore) => Promise<void>) =>
    withStack({ entry: source('terraform-apply'), name: 'picky', files: { 'main.tf': MAIN }, intercept }, task)
  /** Denies requests with this method on this object. */
  const denied =
    (method: string, object: string): Intercept =>
    ({ request }) =>
      request.method === method && request.url.pathname.endsWith(object)
        ? { error: new AwsError('AccessDenied', 'You may not.', 403) }
        : undefined

  test('leaves no lock when its holder may not be recorded', async () => {
    await inCloud(denied('PUT', '.holder.json'), async (stack, store) => {
      const { made, original } = onLaptop('picky', stack)
      const moved = await made.run({ command: 'migrate-state' })
      expect(moved.code).toBe(0)
      expect(await store.text('picky/terraform.tfstate')).toBe(original.toString())
      expect(await store.keys('picky/')).toEqual(['picky/terraform.tfstate'])
    })
  })

  test('recognizes its own write when the response was lost', async () => {
    const lost = new Set<string>()
    const answerOfFirstPut: Intercept = ({ request: { method, url } }) => {
      if (method !== 'PUT' || !url.pathname.includes('/picky/') || lost.has(url.pathname)) return undefined
      lost.add(url.pathname)
      return { reset: 'after' }
    }
    await inCloud(answerOfFirstPut, async (stack, store) => {
      const { made, original } = onLaptop('picky', stack)
      const { code, log } = await made.run({ command: 'migrate-state' })
      expect(log).not.toContain('::error')
      expect(code).toBe(0)
      expect([...lost]).toEqual(
        expect.arrayContaining([expect.stringMatching(/tflock$/), expect.stringMatching(/tfstate$/)]),
      )
      expect(await store.text('picky/terraform.tfstate')).toBe(original.toString())
      expect(await store.keys('picky/')).not.toContain('picky/terraform.tfstate.tflock')
    })
  })

  test('reports the first error, and then that the lock could not be removed', async () => {
    await inCloud(denied('GET', '.tflock'), async (stack, store) => {
      const { made } = onLaptop('picky', stack)
      const outputs = { theirs: { value: 1, type: 'number' } }
      const theirs = { version: 4, serial: 7, lineage: 'theirs', resources: [], outputs }
      await store.put('picky/terraform.tfstate', JSON.stringify(theirs))
      const refused = await made.run({ command: 'migrate-state' })
      expect(refused.code).toBe(1)
      expect(refused.log).toMatch(/^::error::.*holds another state, which was not changed./m)
      expect(refused.log).toMatch(/^::warning::Lock [0-9a-f-]{36} .* could not be removed/m)
    })
  })
})

test.each([
  ['serial', 's/"serial": [0-9]*/"serial": 99/'],
  ['resource', 's/"name": "a"/"name": "b"/'],
])('reports a state with another %s than was written, and keeps the file', async (what, edit) => {
  const { made, original } = onLaptop(`garbled-${what}`)
  const env = made.inPlaceOfTerraform(`case "$1 $2" in
"state pull") "$REAL_TERRAFORM" state pull | sed '${edit}' ;;
*) exec "$REAL_TERRAFORM" "$@" ;;
esac`)
  const ended = await made.run({ command: 'migrate-state' }, { env })
  expect(ended.code).toBe(1)
  expect(ended.log).toContain(`garbled-${what}/terraform.tfstate does not hold what was written to it.`)
  expect(ended.summary).not.toContain('git rm')
  expect(readFileSync(`${made.directory}/terraform.tfstate`)).toEqual(original)
})

test('reports why a state cannot be read back, and keeps the file', async () => {
  const { made, original } = onLaptop('unreadable')
  const env = made.inPlaceOfTerraform(`case "$1 $2" in
"state pull") echo 'Error: you may not pull' >&2; exit 1 ;;
*) exec "$REAL_TERRAFORM" "$@" ;;
esac`)
  const ended = await made.run({ command: 'migrate-state' }, { env })
  expect(ended.code).toBe(1)
  expect(ended.log).toContain(
    '`state pull` of s3://terraform-state/unreadable/terraform.tfstate failed: Error: you may not pull',
  )
  expect(readFileSync(`${made.directory}/terraform.tfstate`)).toEqual(original)
  // As the error says, it continues from here once that is fixed.
  expect((await made.run({ command: 'migrate-state' })).log).toContain('holds this state already')
})

describe('a state that another run writes at the last moment', () => {
  const THEIRS = JSON.stringify({
    version: 4,
    serial: 1,
    lineage: 'theirs',
    resources: [],
    outputs: { theirs: { value: 1, type: 'number' } },
  })

  /** Delays our write of the state, and writes another state before it. `conditions` are those of our write. */
  function race(key: string, store: () => StateStore) {
    const conditions: string[] = []
    let theirs: Promise<void> = Promise.resolve()
    const intercept: Intercept = ({ request: { method, url, headers } }) => {
      const condition = ['if-none-match', 'if-match'].find((name) => headers[name] !== undefined)
      if (method !== 'PUT' || !url.pathname.endsWith('/raced/terraform.tfstate') || condition === undefined) return
      conditions.push(condition)
      theirs = store().put(key, THEIRS)
      return { delay: 2000 }
    }
    return { conditions, intercept, theirs: () => theirs }
  }

  test.each([
    ['when there was none', 'if-none-match', 'raced/terraform.tfstate', {}],
    // Terraform creates this one with the workspace.
    [
      'where the empty one of a new workspace was',
      'if-match',
      'env:/stage/raced/terraform.tfstate',
      { workspace: 'stage', 'state-file': 'terraform.tfstate' },
    ],
  ])('is not overwritten %s', async (_, condition, key, inputs) => {
    let there: StateStore | undefined
    const { conditions, intercept, theirs } = race(key, () => there as StateStore)
    const options = { entry: source('terraform-apply'), name: 'raced', files: { 'main.tf': MAIN }, intercept }
    await withStack(options, async (stack, store) => {
      there = store
      const { made, original } = onLaptop('raced', stack)
      const refused = await made.run({ command: 'migrate-state', ...inputs })
      await theirs()
      expect(conditions).toEqual([condition])
      expect(refused.code).toBe(1)
      expect(refused.log).toContain(`s3://terraform-state/${key} holds another state, which was not changed.`)
      expect(await store.text(key)).toBe(THEIRS)
      expect(await store.keys(key)).not.toContain(`${key}.tflock`)
      expect(readFileSync(`${made.directory}/terraform.tfstate`)).toEqual(original)
    })
  })
})

test('removes the state and its backup from git by the commands in the summary', async () => {
  const { made, original } = onLaptop('committed')
  made.write({ 'terraform.tfstate.backup': original.toString() })
  const git = (...args: string[]) => execFileSync('git', args, { cwd: made.folder, stdio: 'pipe' }).toString()
  const states = () => git('ls-files', '*.tfstate*').split('\n').slice(0, -1)
  git('init', '--quiet')
  git('add', 'infra')
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '-m', 'From a laptop')
  expect(states()).toEqual(['infra/terraform.tfstate', 'infra/terraform.tfstate.backup'])

  const { summary } = await made.run({ command: 'migrate-state' })
  const commands = /^```sh\n([\s\S]*?)\n```$/m.exec(summary)?.[1] ?? ''
  execFileSync('sh', ['-ec', commands], { cwd: made.folder, stdio: 'pipe' })
  expect(states()).toEqual([])
  expect(readFileSync(`${made.folder}/.gitignore`, 'utf8')).toBe('\n*.tfstate\n*.tfstate.*\n.terraform/\n')
  // The next commit does not add them again, though the files are still there.
  git('add', '--all')
  expect(states()).toEqual([])
  expect(readFileSync(`${made.directory}/terraform.tfstate`)).toEqual(original)
})

test('removes a state file of any name from git, and leaves other states and lines alone', async () => {
  const { made, original } = onLaptop('any-name')
  rmSync(`${made.directory}/terraform.tfstate`)
  made.write({ "ada's state.json": original.toString(), 'stage.tfstate': '{}', '../.gitignore': 'node_modules/' })
  const git = (...args: string[]) => execFileSync('git', args, { cwd: made.folder, stdio: 'pipe' }).toString()
  git('init', '--quiet')
  git('add', 'infra')
  const { code, summary } = await made.run({ command: 'migrate-state', 'state-file': "ada's state.json" })
  expect(code).toBe(0)
  const commands = /^```sh\n([\s\S]*?)\n```$/m.exec(summary)?.[1] ?? ''
  execFileSync('sh', ['-ec', commands], { cwd: made.folder, stdio: 'pipe' })
  git('add', '--all')
  expect(git('ls-files', '*state*').trim()).toBe('infra/stage.tfstate')
  expect(readFileSync(`${made.folder}/.gitignore`, 'utf8')).toMatch(/^node_modules\/\n\*\.tfstate\n/)
})

test('refuses a backend with a DynamoDB table, which also holds a digest of the state', async () => {
  for (const settings of ['dynamodb_table = "locks"', 'dynamodb_table = "locks"\n    use_lockfile = true']) {
    const { made, backend } = onLaptop(`dynamo-${settings.length}`)
    made.write({ 'backend.tf': backend.replace(/use_lockfile.*/, settings) })
    const refused = await made.run({ command: 'migrate-state' })
    expect(refused.code).toBe(1)
    expect(refused.log).toContain('keeps its lock and the digest of its state in the DynamoDB table locks')
    expect(refused.log).toContain('use_lockfile = true')
    expect(await stacks.store.keys(`dynamo-${settings.length}/`)).toEqual([])
    expect(readdirSync(made.directory)).toContain('terraform.tfstate')
  }
})

test('fails when the plan is not empty, and says that the state is safe', async () => {
  const { made, original } = onLaptop('behind')
  made.write({ 'more.tf': 'resource "terraform_data" "b" {}' })
  const ended = await made.run({ command: 'migrate-state' })
  expect(ended.code).toBe(1)
  expect(ended.log).toContain('but the plan on it is not empty: 1 to create.')
  expect(await stacks.store.text('behind/terraform.tfstate')).toBe(original.toString())
})

test.each([
  ['the input', 'spaces', { workspace: 'stage' }, {}],
  ['TF_WORKSPACE', 'spaces-env', {}, { TF_WORKSPACE: 'stage' }],
])('migrates a workspace of %s from its own file to its own key', async (_, name, inputs, env) => {
  const { made, original } = onLaptop(name)
  execFileSync('sh', ['-c', 'mkdir -p terraform.tfstate.d/stage && mv terraform.tfstate terraform.tfstate.d/stage/'], {
    cwd: made.directory,
  })
  expect((await made.run({ ...inputs, command: 'plan' }, { env })).log).toContain('command: migrate-state')
  const moved = await made.run({ ...inputs, command: 'migrate-state' }, { env })
  expect(moved.code).toBe(0)
  expect(await stacks.store.text(`env:/stage/${name}/terraform.tfstate`)).toBe(original.toString())
})

test('reports a file that is missing, empty or not a state', async () => {
  const made = stack('nothing', { 'main.tf': MAIN })
  const migrate = async () => (await made.run({ command: 'migrate-state' })).log
  expect(await migrate()).toContain('infra/terraform.tfstate does not exist')
  made.write({ 'terraform.tfstate': 'not json' })
  expect(await migrate()).toContain('infra/terraform.tfstate is not a Terraform state: it is not JSON.')
  made.write({ 'terraform.tfstate': '{"version":4,"serial":1,"lineage":"x","resources":[],"outputs":{}}' })
  expect(await migrate()).toContain('there is nothing to migrate')
})
