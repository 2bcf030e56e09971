import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extract } from 'tar-stream'
import { packSources, readSources } from '../../../../actions/build-image/src/sources/sources.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { buildInputs } from '../../../support/build-image/build-inputs.ts'

let folder: string
let warnings: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-sources-'))
  mkdirSync(join(folder, 'context/app'), { recursive: true })
  writeFileSync(join(folder, 'context/app/index.js'), 'index')
  warnings = []
})
afterEach(() => rmSync(folder, { recursive: true }))

async function read(file: string) {
  writeFileSync(join(folder, file), 'FROM scratch\n')
  const world = {
    env: { SOURCE_DATE_EPOCH: '1700000000' },
    log: { info: () => {}, warning: (line: string) => warnings.push(line) },
    signal: new AbortController().signal,
  } as unknown as World
  const inputs = { ...buildInputs({}), context: join(folder, 'context'), file: join(folder, file) }
  const sources = await readSources(inputs, world)
  const names: string[] = []
  for await (const entry of packSources(sources).pipe(extract())) {
    names.push(entry.header.name)
    entry.resume()
  }
  return { sources, names }
}

test.each(['context/Dockerfile', 'context/app/prod.dockerfile', 'context/..dockerfile'])(
  'finds %s in the context',
  async (file) => {
    const { sources, names } = await read(file)
    expect(sources.dockerfilePath).toBe(file.slice('context/'.length))
    expect(names).toContain(sources.dockerfilePath)
    expect(names).not.toContain('.dockerignore')
  },
)

test('adds a Dockerfile from outside of the context, and hides it from COPY', async () => {
  const { sources, names } = await read('Dockerfile')
  expect(sources.dockerfilePath).toBe('.dockerfile.slipway')
  expect(names).toEqual(['app/', 'app/index.js', '.dockerfile.slipway', '.dockerignore'])
})
