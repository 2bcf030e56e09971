import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { CancelledError, SlipwayError } from '../../../../toolkit/errors.ts'
import { exec } from '../../../../toolkit/process/exec.ts'

const node = (script: string) => [process.execPath, ['-e', script]] as const

test('returns the output and any exit code', async () => {
  const result = await exec(...node('console.log("out"); console.error("err"); process.exit(3)'))
  expect(result).toEqual({ code: 3, stdout: 'out', stderr: 'err' })
})

test('passes input on standard input', async () => {
  const { stdout } = await exec(...node('process.stdin.pipe(process.stdout)'), { input: 'secret' })
  expect(stdout).toBe('secret')
})

test('passes on each line as it comes, also when a chunk ends inside a character', async () => {
  const lines: string[] = []
  const script =
    'const b = Buffer.from("grüße\\nzwei"); process.stdout.write(b.subarray(0, 3)); setTimeout(() => process.stdout.write(b.subarray(3)), 20)'
  const result = await exec(...node(script), {
    onLine: (line, stream) => lines.push(`${stream} ${line}`),
    discard: true,
  })
  expect(lines).toEqual(['stdout grüße', 'stdout zwei'])
  expect(result.stdout).toBe('')
})

test('names a program that does not exist, with the fix', async () => {
  const error = await exec('no-such-program', []).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(SlipwayError)
  expect(error).toMatchObject({ message: '`no-such-program` was not found.', hint: expect.stringContaining('PATH') })
})

test('interrupts the program on a cancel, and waits for its end', async () => {
  const cancellation = new AbortController()
  const lines: string[] = []
  const script =
    'process.on("SIGINT", () => { console.log("tidied"); process.exit(0) }); console.log("up"); setInterval(() => {}, 1000)'
  const running = exec(...node(script), {
    signal: cancellation.signal,
    onLine: (line) => {
      lines.push(line)
      if (line === 'up') cancellation.abort()
    },
  })
  await expect(running).rejects.toBeInstanceOf(CancelledError)
  expect(lines).toEqual(['up', 'tidied'])
})

test('reports a program that was killed by a signal', async () => {
  const result = await exec(...node('process.kill(process.pid, "SIGKILL")'))
  expect(result.code).toBe(1)
  expect(result.stderr).toContain('was killed by SIGKILL')
})

test('ends the program when its input fails, and then throws that error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-exec-'))
  const there = async (name: string) => {
    while (!existsSync(join(folder, name))) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  async function* breaks() {
    yield Buffer.from('some')
    await there('started')
    throw new Error('The source broke.')
  }
  const program =
    'trap "touch told; until [ -e go ]; do sleep 0.01; done; touch last; exit" TERM; touch started; while :; do sleep 0.01; done'
  let settled = false
  const running = exec('sh', ['-c', program], { cwd: folder, input: Readable.from(breaks()) })
    .catch((error: Error) => error.message)
    .finally(() => {
      settled = true
    })
  await there('told')
  expect(settled).toBe(false)
  writeFileSync(join(folder, 'go'), '')
  expect(await running).toBe('The source broke.')
  expect(existsSync(join(folder, 'last'))).toBe(true)
  rmSync(folder, { recursive: true })
})

test('accepts a program that does not read its input', async () => {
  const result = await exec(...node('process.exit(0)'), { input: 'x'.repeat(1_000_000) })
  expect(result.code).toBe(0)
})

describe('a program that leaves a child process, which holds its streams', () => {
  const sh = (script: string) => ['sh', ['-c', script]] as const

  test('ends with the program, and keeps its output, also a last line without a line break', async () => {
    const result = await exec(...sh('sleep 1000 & echo $!; printf "half a line"; exit 3'))
    const [left, half] = result.stdout.split('\n')
    // It still runs, or this would throw.
    process.kill(Number(left), 'SIGKILL')
    expect({ code: result.code, half }).toEqual({ code: 3, half: 'half a line' })
  })

  test('ends with the program also when the child prints without end', async () => {
    const result = await exec(...sh('yes "on and on" & echo $!; exit 0'), { discard: true, onLine: () => {} })
    expect(result.code).toBe(0)
  })

  test('keeps what the child prints when it ends soon after', async () => {
    const result = await exec(...sh('(sleep 0.2; echo late) & echo early'))
    expect(result.stdout).toBe('early\nlate')
  })
})
