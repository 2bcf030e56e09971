import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Digester, digestOf } from '../../../../actions/build-image/src/image/digest.ts'

test('the digest of a stream is that of its bytes, however they are cut', async () => {
  const digester = new Digester()
  const bytes = await buffer(Readable.from([Buffer.from('a'), Buffer.from('bc')]).pipe(digester))
  expect(bytes.toString()).toBe('abc')
  expect([digester.digest, digester.digest, digester.size]).toEqual([digestOf('abc'), digestOf('abc'), 3])
  expect(digestOf('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
