import { connect, githubError, orWarn } from '../../../../actions/terraform-apply/src/github/github.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'

test('connects to the repository of the workflow', async () => {
  expect(await connect('token', { GITHUB_REPOSITORY: 'acme/infra' })).toMatchObject({ owner: 'acme', repo: 'infra' })
})

test.each([{}, { GITHUB_REPOSITORY: '' }, { GITHUB_REPOSITORY: 'acme' }])(
  'refuses %j outside a workflow',
  async (env) => {
    await expect(connect('token', env)).rejects.toThrow('GITHUB_REPOSITORY is not set')
  },
)

test.each([401, 403, 404])('names the permission for status %d', (status) => {
  const error = githubError(Object.assign(new Error('no'), { status }), 'comment', 'pull-requests: write')
  expect(error.message).toBe('Could not comment: no')
  expect(error.hint).toContain('`permissions: pull-requests: write`')
})

test('names no permission for other errors, and keeps our own', () => {
  expect(githubError(Object.assign(new Error('down'), { status: 502 }), 'comment', 'x').hint).toBeUndefined()
  const own = new SlipwayError('own')
  expect(githubError(own, 'comment', 'x')).toBe(own)
})

test('logs a failure as a warning with its hint', async () => {
  const warnings: string[] = []
  const world = { log: { warning: (line: string) => warnings.push(line) } } as unknown as World
  expect(await orWarn(world, async () => 1)).toBe(1)
  const failed = orWarn(world, async () => {
    throw new SlipwayError('It failed.', { hint: 'Do this.' })
  })
  expect(await failed).toBeUndefined()
  expect(warnings).toEqual(['It failed.\nDo this.'])
})
