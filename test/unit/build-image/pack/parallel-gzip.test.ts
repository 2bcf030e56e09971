import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { parallelGzip } from '../../../../actions/build-image/src/pack/parallel-gzip.ts'

const MIB = 1024 * 1024
const pack = (...chunks: readonly Buffer[]) => buffer(Readable.from(parallelGzip(Readable.from(chunks))))

test.each([0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 7])(
  'compresses %d bytes so that Node and gzip can read them',
  async (size) => {
    const bytes = Buffer.concat([randomBytes(Math.floor(size / 2)), Buffer.alloc(Math.ceil(size / 2), 'text ')])
    const packed = await pack(...(size === 0 ? [] : [bytes]))
    expect(gunzipSync(packed).equals(bytes)).toBe(true)
    expect(execFileSync('gzip', ['-dc'], { input: packed, maxBuffer: 10 * MIB }).equals(bytes)).toBe(true)
  },
)

test('gives the same bytes however the input is cut', async () => {
  const bytes = randomBytes(2 * MIB + 12_345)
  const whole = await pack(bytes)
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 70_001) pieces.push(bytes.subarray(at, at + 70_001))
  expect((await pack(...pieces)).equals(whole)).toBe(true)
})

test('stores blocks that do not shrink, and compresses those that shrink in part', async () => {
  const noise = randomBytes(MIB)
  expect((await pack(noise)).length).toBeLessThan(MIB * 1.001)
  const half = Buffer.concat([noise.subarray(0, MIB / 2), Buffer.alloc(MIB / 2, 'text ')])
  expect((await pack(half)).length).toBeLessThan(MIB * 0.51)
})

test('stores compressed content, and compresses base64', async () => {
  const words = Buffer.from(Array.from(randomBytes(4 * MIB), (byte) => `word${byte} `).join(''))
  const archive = gzipSync(words).subarray(0, MIB)
  expect((await pack(archive)).length).toBeGreaterThanOrEqual(archive.length)
  const base64 = Buffer.from(randomBytes(MIB).toString('base64'))
  expect((await pack(base64)).length).toBeLessThan(base64.length * 0.8)
})

test('passes on an error of the source', async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(10)
      throw new Error('disk gone')
    })(),
  )
  await expect(buffer(Readable.from(parallelGzip(broken)))).rejects.toThrow('disk gone')
})
