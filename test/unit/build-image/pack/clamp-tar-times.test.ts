import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { ClampTimes } from '../../../../actions/build-image/src/pack/clamp-tar-times.ts'

const EPOCH = 1_700_000_000

const clamp = (tar: Buffer, pieces: readonly number[] = []) => {
  const chunks: Buffer[] = []
  let at = 0
  for (const size of pieces) {
    chunks.push(Buffer.from(tar.subarray(at, at + size)))
    at += size
  }
  chunks.push(Buffer.from(tar.subarray(at)))
  return buffer(Readable.from(chunks.filter(({ length }) => length > 0)).pipe(new ClampTimes(EPOCH)))
}

const list = (tar: Buffer) =>
  execFileSync('tar', ['--list', '--verbose', '--utc', '--full-time', '--numeric-owner'], {
    input: tar,
    encoding: 'utf8',
  }).replace(/ +/g, ' ')

let folder: string
let gnu: Buffer
let pax: Buffer
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-times-'))
  const file = (name: string, content: string | Buffer, at: number) => {
    writeFileSync(join(folder, name), content)
    utimesSync(join(folder, name), at, at)
  }
  file('old', 'old', 1_000_000_000)
  file('new', 'x'.repeat(1025), 1_800_000_000.75)
  file(`${'long'.repeat(40)}`, 'long', 1_800_000_000)
  file('empty', '', 1_800_000_000)
  // What looks like a header in a file's content is content.
  file('tar-in-tar', execFileSync('tar', ['-C', folder, '-c', 'new']), 1_800_000_000)
  const make = (format: string) =>
    execFileSync('tar', ['-C', folder, '--sort=name', `--format=${format}`, '-c', '.'], { maxBuffer: 1e8 })
  gnu = make('gnu')
  pax = make('pax')
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each(['gnu', 'pax'])('limits the times in a %s archive to the epoch, and changes nothing else', async (format) => {
  const tar = format === 'gnu' ? gnu : pax
  const clamped = await clamp(tar)
  expect(clamped).toHaveLength(tar.length)
  expect(list(clamped)).toBe(
    list(tar).replace(/20(27|2[6-9]|[3-9]\d)-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g, '2023-11-14 22:13:20'),
  )
  expect(list(clamped)).toContain('2001-09-09 01:46:40')
  const content = (archive: Buffer, name: string) => execFileSync('tar', ['-xO', `./${name}`], { input: archive })
  for (const name of ['new', 'tar-in-tar']) expect(content(clamped, name).equals(content(tar, name))).toBe(true)
})

test('gives the same result wherever the stream is cut, and when it runs again', async () => {
  const whole = await clamp(pax)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 30 }), async (pieces) => {
      expect((await clamp(pax, pieces)).equals(whole)).toBe(true)
    }),
    { numRuns: 50 },
  )
  expect((await clamp(whole)).equals(whole)).toBe(true)
})

test('keeps binary attributes, and the length of a time in a pax header', async () => {
  const record = (key: string, value: Buffer) => {
    const body = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')])
    return Buffer.concat([Buffer.from(String(body.length + 2)), body])
  }
  const capability = Buffer.from([1, 0, 0, 2, 0xff, 0x20, 0x3d, 0x0a, 0x80, 0xfe])
  const records = Buffer.concat([
    record('mtime', Buffer.from('1800000000.123456789')),
    record('SCHILY.xattr.security.capability', capability),
  ])
  const header = Buffer.alloc(512)
  header.write('x'.padEnd(100, '\0'), 0, 'latin1')
  header.write(`${records.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  header.write('00000000000\0', 136, 'latin1')
  header.write('x', 156, 'latin1')
  const tar = Buffer.concat([header, records, Buffer.alloc(512 - (records.length % 512)), Buffer.alloc(1024)])
  const clamped = await clamp(tar, [700])
  expect(clamped.toString('latin1')).toBe(
    tar.toString('latin1').replace('1800000000.123456789', '1700000000.000000000'),
  )
})
