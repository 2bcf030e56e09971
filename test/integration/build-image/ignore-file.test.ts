// What is left of a context by .dockerignore: our reading against BuildKit's own, of a modern Docker engine.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { readContext } from '../../../actions/build-image/src/sources/context.ts'
import { findIgnoreFile } from '../../../actions/build-image/src/sources/ignore-file.ts'
import { InputError } from '../../../toolkit/errors.ts'
import { type ModernEngine, startModernEngine } from '../../support/build-image/modern-engine.ts'

const FIXED = [
  '**/node_modules\n**/.env\n!src',
  'src\n**/.env\n!src',
  '*\n!src\n**/node_modules',
  '**\n!src/**\nsrc/a',
  '**/a\n!**/a/b',
  '**log\n!src/x.log',
  'src**\n!src/b',
  '/src/\n! b \n# a\n!src/../a/x.log',
  'a/b\n!a/**\na/b/.env',
  '!',
  'a[',
  '[ab]/*.log\n**/[^a-n]*\n!?/b',
  'src/*\n!src/*/b',
  'a^b\n^a*\na+b\n\\*',
]
const NAMES = ['src', 'a', 'b', 'node_modules']
const FILES = ['.env', 'x.log', 'a^b', '^a', 'a+b', '*']
const PARTS = [...NAMES, ...FILES.slice(0, 2), '*', '**', '*.log', '?', '[ab]', 'no*', '.', '..']

const REFUSED = ['refused']

let engine: ModernEngine
let folder: string
beforeAll(async () => {
  engine = await startModernEngine('overlay2')
  folder = mkdtempSync(join(tmpdir(), 'slipway-ignore-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await engine.close()
})

/** The same ignore files in each run: a linear congruential generator with a fixed seed. */
function randomIgnoreFiles(count: number): readonly string[] {
  let state = 20_261_130
  const below = (limit: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * limit)
  }
  const pattern = () => Array.from({ length: 1 + below(3) }, () => PARTS[below(PARTS.length)]).join('/')
  const line = () => `${below(5) < 2 ? '!' : ''}${below(8) === 0 ? '/' : ''}${pattern()}`
  return Array.from({ length: count }, () => Array.from({ length: 2 + below(4) }, line).join('\n'))
}

function writeTree(root: string): void {
  const folders = ['', ...NAMES, ...NAMES.flatMap((one) => NAMES.map((two) => `${one}/${two}`))]
  for (const path of folders.flatMap((it) => FILES.map((file) => join(root, it, file)))) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
  }
}

const list = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => path !== '.dockerignore')
    .sort()

async function buildkitKeeps(context: string): Promise<readonly string[]> {
  const out = mkdtempSync(join(folder, 'out-'))
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . /\n')
  const args = ['build', '-q', '-f', join(folder, 'Dockerfile'), '-o', `type=local,dest=${out}`, context]
  try {
    await promisify(execFile)('docker-buildx', args, { env: { ...process.env, ...engine.env } })
  } catch (error) {
    if (/illegal exclusion pattern|syntax error in pattern/.test(String(error))) return REFUSED
    throw error
  }
  return list(out)
}

function weKeep(context: string): readonly string[] {
  const dockerfile = join(context, 'Dockerfile')
  try {
    const { entries } = readContext(context, dockerfile, findIgnoreFile(context, dockerfile))
    const paths = entries.map(({ path }) => path)
    return paths.filter((path) => path !== '.dockerignore').sort()
  } catch (error) {
    if (error instanceof InputError) return REFUSED
    throw error
  }
}

test('leaves out what BuildKit leaves out', async () => {
  let differ = 0
  for (const text of [...FIXED, ...randomIgnoreFiles(60)]) {
    const context = mkdtempSync(join(folder, 'context-'))
    writeTree(context)
    writeFileSync(join(context, '.dockerignore'), text)
    const kept = await buildkitKeeps(context)
    expect({ text, kept: weKeep(context) }).toEqual({ text, kept })
    if (kept.length < list(context).length) differ++
    rmSync(context, { recursive: true })
  }
  // Most of them ignore something.
  expect(differ).toBeGreaterThan(30)
})
