import {
  isIndex,
  MANIFEST_TYPES,
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
