import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import {
  isIndex,
  MANIFEST_TYPES,
  OCI_MANIFEST,
  readConfig,
  readIndex,
  readManifest,
} from '../../../../actions/build-image/src/image/oci.ts'

test.each([
  ['manifest', () => readManifest(Buffer.from('{"config":{}}'), 'web:v1')],
  ['index', () => readIndex(Buffer.from('[]'), 'web:v1')],
  ['configuration', () => readConfig(Buffer.from('no JSON'), 'web:v1')],
])('names a malformed %s', (what, read) => {
  expect(read).toThrow(`The ${what} of web:v1 does not follow the OCI image specification.`)
})

test('half of the media types of manifests are those of an index', () => {
  expect(MANIFEST_TYPES.map(isIndex)).toEqual([false, true, false, true])
})

test('a configuration may lack what builders leave out', () => {
  expect(readConfig(Buffer.from('{"rootfs":{"diff_ids":[]},"config":null}'), 'x')).toMatchObject({ config: null })
})

test.each(['sha256:aaaa$(touch x)', '../../../v2/other/blobs/sha256:1', 'sha256:', 'sha256:a\nb'])(
  'refuses an index, and a manifest, with the digest %j',
  (digest) => {
    const bad = { mediaType: OCI_MANIFEST, digest, size: 1 }
    const good = { ...bad, digest: digestOf('') }
    const read = (what: typeof readIndex | typeof readManifest, it: object) => () =>
      what(Buffer.from(JSON.stringify(it)), 'web:v1')
    expect(read(readIndex, { manifests: [good, bad] })).toThrow('The index of web:v1 does not follow')
    expect(read(readManifest, { config: bad, layers: [] })).toThrow('The manifest of web:v1 does not follow')
    expect(read(readManifest, { config: good, layers: [bad] })).toThrow('The manifest of web:v1 does not follow')
    expect(read(readManifest, { config: good, layers: [good] })).not.toThrow()
  },
)
