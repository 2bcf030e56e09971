// An OCI image layout as buildx leaves it: an index of two platforms and an attestation.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../../../actions/build-image/src/image/digest.ts'
import { OCI_INDEX, OCI_MANIFEST } from '../../../actions/build-image/src/image/oci.ts'

/** Writes a layout into a new folder. The images share one of their two layers. Returns the folder and the index's digest. */
export function writeLayout(): { readonly folder: string; readonly digest: string } {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-layout-'))
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  const put = (content: unknown) => {
    const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
    const digest = digestOf(bytes)
    writeFileSync(join(folder, 'blobs/sha256', digest.slice(7)), bytes)
    return { digest, size: bytes.length }
  }
  const manifest = (os: string, architecture: string) => {
    const layers = [
      { mediaType: 'layer', ...put('shared layer') },
      { mediaType: 'layer', ...put(`layer of ${architecture}`) },
    ]
    const config = {
      mediaType: 'config',
      ...put({
        os,
        architecture,
        rootfs: { diff_ids: ['sha256:1', 'sha256:2'] },
        history: [{ created_by: '/bin/sh -c #(nop) COPY a b' }, { empty_layer: true }, { created_by: 'RUN a | b' }],
      }),
    }
    return {
      mediaType: OCI_MANIFEST,
      ...put({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }),
      platform: { os, architecture },
    }
  }
  const manifests = [manifest('linux', 'amd64'), manifest('linux', 'arm64'), manifest('unknown', 'unknown')]
  const index = put({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ manifests: [{ mediaType: OCI_INDEX, ...index }] }))
  return { folder, digest: index.digest }
}
