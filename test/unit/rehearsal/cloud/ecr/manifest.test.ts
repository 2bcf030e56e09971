import { readManifest } from '../../../../../rehearsal/cloud/ecr/manifest.ts'

test("a manifest's size includes its layers and configuration", () => {
  const config = { mediaType: 'c', digest: 'sha256:c', size: 10 }
  const layers = [
    { mediaType: 'l', digest: 'sha256:l', size: 100 },
    { mediaType: 'l', digest: 'sha256:m', size: 1000 },
  ]
  const image = readManifest(
    Buffer.from(JSON.stringify({ config, layers })),
    'application/vnd.oci.image.manifest.v1+json',
  )
  expect(image).toMatchObject({ sizeInBytes: 1110, artifactMediaType: 'c', children: [] })
  const index = { mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [config] }
  expect(readManifest(Buffer.from(JSON.stringify(index)))).toMatchObject({ children: ['sha256:c'], layers: [] })
})

test.each(['{', '[]x', '"text"', '{}'])('%j is refused as a manifest', (text) => {
  expect(() => readManifest(Buffer.from(text))).toThrow(/ImageManifest/)
})
