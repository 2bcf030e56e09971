import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CancelledError, SlipwayError } from '../../../../toolkit/errors.ts'
import { query } from '../../../../toolkit/process/query.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-query-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const script = (text: string) => ['-c', text]

test('returns what the program printed, and its exit code, and logs nothing', async () => {
  const written: unknown[] = []
  const { write } = process.stdout
  process.stdout.write = ((chunk: unknown) => written.push(chunk) > 0) as typeof write
  const answer = await query('sh', script('echo "yes $GREETING $(pwd)"; echo no >&2; exit 3'), {
    cwd: folder,
    env: { PATH: process.env['PATH'], GREETING: 'grüße', UNSET: undefined },
  }).finally(() => {
    process.stdout.write = write
  })
  expect(answer).toEqual({ code: 3, stdout: `yes grüße ${folder}\n`, stderr: 'no\n' })
  expect(written).toEqual([])
})

test('treats a killed program as failed', async () => {
  expect((await query('sh', script('kill -9 $$'))).code).not.toBe(0)
})

test('throws an error with a hint when the program does not exist', async () => {
  const failure = await query('no such program', []).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(SlipwayError)
  expect(failure).toMatchObject({ message: '`no such program` could not be started.', hint: expect.any(String) })
})

test('starts no program after a cancel', async () => {
  const signal = AbortSignal.abort(new CancelledError('stop'))
  await expect(query('sh', script(`touch ${folder}/started`), { signal })).rejects.toThrow('stop')
  expect(existsSync(join(folder, 'started'))).toBe(false)
})

test('waits on a cancel for the end of the program, and then throws', async () => {
  const cancellation = new AbortController()
  const running = query('sh', script(`echo $$ > pid; until [ -e go ]; do sleep 0.01; done`), {
    cwd: folder,
    signal: cancellation.signal,
  }).catch((error: unknown) => error)
  const pid = join(folder, 'pid')
  while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 5))
  cancellation.abort(new CancelledError('stop'))
  expect(await query('touch', ['go'], { cwd: folder })).toMatchObject({ code: 0 })
  expect(await running).toMatchObject({ message: 'stop' })
  expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH')
})
