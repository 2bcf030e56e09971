// Small contexts for builds, made of what every machine has: FROM scratch and a static busybox.
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { TEST_LABEL } from '../busybox-image.ts'

export interface ImageSources {
  readonly folder: string
  write(path: string, content: string): void
  remove(): void
}

/** A folder with busybox, a Dockerfile that begins with it, and more files. `test` labels what is built. */
export function imageSources(
  test: string,
  steps: readonly string[],
  files: Readonly<Record<string, string>> = {},
): ImageSources {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-sources-'))
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  copyFileSync('/bin/busybox', join(folder, 'busybox'))
  chmodSync(join(folder, 'busybox'), 0o755)
  symlinkSync('busybox', join(folder, 'sh'))
  write('Dockerfile', ['FROM scratch', 'COPY busybox sh /bin/', `LABEL ${TEST_LABEL}=${test}`, ...steps, ''].join('\n'))
  for (const [path, content] of Object.entries(files)) write(path, content)
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
