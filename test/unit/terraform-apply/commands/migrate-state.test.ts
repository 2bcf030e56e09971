import { FILE, type MigrationOptions, migrate as migrateTo, OURS } from '../fake-migration.ts'
import { fakeS3 } from '../fake-s3.ts'
import { change, plan } from '../plans.ts'

const s3 = await fakeS3()
afterEach(() => s3.reset())
afterAll(() => s3.close())

const EMPTY = '{"version":4,"serial":1,"lineage":"new","resources":[],"outputs":{}}'
const THEIRS =
  '{"version":4,"serial":9,"lineage":"theirs","resources":[],"outputs":{"theirs":{"value":1,"type":"number"}}}'

const migrate = (options?: MigrationOptions) => migrateTo(s3, options)
const state = () => s3.objects.get('/bucket/key')
const writes = () =>
  s3.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, url }) => `${method} ${url.replace('/bucket/', '')}`)

test('writes the same bytes under the lock, reads them back, and makes an empty plan, with the file aside', async () => {
  const { error, ran, infos } = await migrate()
  expect(error).toBeUndefined()
  expect(state()).toBe(OURS)
  expect(writes()).toEqual(['PUT key.tflock', 'PUT key.holder.json', 'PUT key', 'DELETE key.tflock'])
  expect(s3.requests.find(({ method, url }) => method === 'PUT' && url === '/bucket/key')?.headers).toMatchObject({
    'if-none-match': '*',
  })
  expect(ran).toEqual(['init', 'state pull', 'plan', 'show'])
  expect(infos).toContain(`s3://bucket/key is equal to ${FILE} (read back and compared).`)
})

test('reports the commands that remove the file and its backups from git', async () => {
  const files = { [FILE]: OURS, [`${FILE}.backup`]: OURS, 'infra/other.tfstate': OURS }
  const { infos, summaries } = await migrate({ files })
  const commands = [
    `git rm --cached --ignore-unmatch ${FILE}`,
    `git rm --cached --ignore-unmatch ${FILE}.backup`,
    `printf '%s\\n' '' '*.tfstate' '*.tfstate.*' '.terraform/' >> .gitignore`,
  ]
  expect(infos.slice(-3)).toEqual(commands)
  expect(infos).toContain(
    'notice: The state is now in s3://bucket/key. The summary has the commands that remove the file from git.',
  )
  expect(summaries.join()).toContain(commands.join('\n'))
  expect(summaries.join()).toContain('rotate those secrets')
})

test('quotes the name of a state file in those commands, and ignores it by its name', async () => {
  const { infos } = await migrate({ files: { "infra/ada's state": OURS }, inputs: { stateFile: "ada's state" } })
  expect(infos.slice(-2)).toEqual([
    `git rm --cached --ignore-unmatch 'infra/ada'\\''s state'`,
    `printf '%s\\n' '' '*.tfstate' '*.tfstate.*' '.terraform/' '/infra/ada'\\''s state' >> .gitignore`,
  ])
})

test('migrates the state of a workspace to its own key', async () => {
  const { error } = await migrate({
    files: { 'infra/terraform.tfstate.d/blue/terraform.tfstate': OURS },
    workspace: 'blue',
  })
  expect(error).toBeUndefined()
  expect(s3.objects.get('/bucket/env:/blue/key')).toBe(OURS)
})

test('does nothing for a state without resources and outputs', async () => {
  const { error, infos, ran } = await migrate({ files: { [FILE]: EMPTY } })
  expect({ error, ran, requests: s3.requests }).toEqual({ error: undefined, ran: [], requests: [] })
  expect(infos).toEqual([`notice: ${FILE} holds no resources and no outputs; there is nothing to migrate.`])
})

test.each([
  ['no state file', {}, `There is no state to migrate: ${FILE} does not exist.`],
  ['another file in its place', { [FILE]: '<<<<<<< HEAD' }, `${FILE} is not a Terraform state: it is not JSON.`],
])('refuses a repository with %s before it runs Terraform', async (_, files, message) => {
  const { error, ran } = await migrate({ files })
  expect({ message: error?.message, ran }).toEqual({ message, ran: [] })
})

test('continues where an earlier run has written the state already', async () => {
  s3.objects.set('/bucket/key', OURS)
  const { error, infos } = await migrate()
  expect(error).toBeUndefined()
  expect(infos).toContain('s3://bucket/key holds this state already.')
  expect(writes()).not.toContain('PUT key')
})

test('replaces the empty state of a new workspace, if it is still that one', async () => {
  s3.objects.set('/bucket/key', EMPTY)
  const { error } = await migrate()
  expect(error).toBeUndefined()
  expect(state()).toBe(OURS)
  expect(s3.requests.find(({ method, url }) => method === 'PUT' && url === '/bucket/key')?.headers['if-match']).toBe(
    s3.etag(EMPTY),
  )
})

describe('never overwrites another state', () => {
  async function refused() {
    const { error, ran } = await migrate()
    expect(error?.message).toBe('s3://bucket/key holds another state, which was not changed.')
    expect(ran).toEqual(['init'])
    expect([...s3.objects.keys()].sort()).toEqual(['/bucket/key', '/bucket/key.holder.json'])
    expect(state()).toBe(THEIRS)
  }

  test('that is there', () => {
    s3.objects.set('/bucket/key', THEIRS)
    return refused()
  })

  test.each([
    ['there was none', undefined],
    ['an empty one was there', EMPTY],
  ])('that another run writes at the last moment, where %s', async (_, first) => {
    if (first !== undefined) s3.objects.set('/bucket/key', first)
    s3.hooks.before = ({ method, url }) => {
      if (method === 'PUT' && url === '/bucket/key') s3.objects.set('/bucket/key', THEIRS)
    }
    await refused()
  })
})

test('changes nothing while another run holds the lock', async () => {
  const lock = JSON.stringify({ ID: 'l', Operation: 'OperationTypeApply', Who: 'ada@laptop', Created: '' })
  s3.objects.set('/bucket/key.tflock', lock)
  const { error } = await migrate()
  expect(error?.message).toBe('s3://bucket/key is locked: ada@laptop holds it for OperationTypeApply.')
  expect(Object.fromEntries(s3.objects)).toEqual({ '/bucket/key.tflock': lock })
})

test.each([
  [
    'cannot be read back',
    { code: 1, stderr: 'Error: you may not pull\n' },
    '`state pull` of s3://bucket/key failed: Error: you may not pull',
  ],
  ['has another serial', { stdout: OURS.replace('7', '8') }, 's3://bucket/key does not hold what was written to it.'],
  [
    'has another output',
    { stdout: OURS.replaceAll('"ours"', '"x"') },
    's3://bucket/key does not hold what was written to it.',
  ],
])('makes no plan on a state that %s', async (_, pull, message) => {
  const { error, ran, summaries } = await migrate({ pull })
  expect({ message: error?.message, ran, summaries }).toEqual({ message, ran: ['init', 'state pull'], summaries: [] })
})

test('compares the content that is read back, and not how it is written', async () => {
  const stdout = JSON.stringify({ ...JSON.parse(OURS), terraform_version: '1.11.4' })
  expect((await migrate({ pull: { stdout } })).error).toBeUndefined()
})

test('fails when the plan has changes, and says that the state is safe', async () => {
  const { error, summaries } = await migrate({ shown: plan([change('a.b', { actions: ['delete'], before: {} })]) })
  expect(error?.message).toBe('The state is safe in s3://bucket/key, but the plan on it is not empty: 1 to destroy.')
  expect(error?.hint).toContain(`${FILE} is still there`)
  expect(state()).toBe(OURS)
  expect(summaries.join()).not.toContain('git rm')
})

test.each([
  ['that is not S3', { type: 'gcs' }, '`migrate-state` moves a state to S3, and the backend of `infra` is gcs.'],
  [
    'with a DynamoDB table',
    { config: { dynamodb_table: 'locks' } },
    'The S3 backend of `infra` keeps its lock and the digest of its state in the DynamoDB table locks',
  ],
  [
    'with a setting that only Terraform supports',
    { config: { encrypt: true, sse_customer_key: 'k' } },
    '`command: migrate-state` does not support the setting `sse_customer_key`',
  ],
])('refuses a backend %s, and asks S3 nothing', async (_, backend, message) => {
  const { error, ran } = await migrate({ backend })
  expect(error?.message).toContain(message)
  expect({ ran, requests: s3.requests }).toEqual({ ran: ['init'], requests: [] })
})
