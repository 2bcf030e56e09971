// The rules of .dependency-cruiser.mjs, each broken once in a tree of a few files; and what the rules cannot say: how many
// files a folder holds, and that every room is in the list.
import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { mostFilesInAFolder, rooms } from '../../script/lib/rooms.ts'

const root = join(import.meta.dirname, '../..')

interface Result {
  readonly rules: readonly string[]
  /** `rule: from -> to`, sorted. */
  readonly violations: readonly string[]
}

/** Runs dependency-cruiser with our rules on a tree of files. */
async function cruise(files: Readonly<Record<string, string>>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-architecture-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    const sources = readdirSync(folder, { withFileTypes: true })
    const folders = sources.flatMap((entry) => (entry.isDirectory() && entry.name !== 'node_modules' ? entry.name : []))
    const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
    const config = join(root, '.dependency-cruiser.mjs')
    const output = await run([bin, '--config', config, '--output-type', 'json', ...folders], folder)
    const { summary } = JSON.parse(output) as {
      summary: {
        violations: { rule: { name: string }; from: string; to: string }[]
        ruleSetUsed: { forbidden: { name: string }[] }
      }
    }
    return {
      rules: summary.ruleSetUsed.forbidden.map(({ name }) => name),
      violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).toSorted(),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Its standard output. dependency-cruiser's exit code counts violations, so that it is no matter here. */
function run(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 2 ** 26 }, (_, stdout, stderr) =>
      stdout === '' ? reject(new Error(stderr)) : resolve(stdout),
    )
  })
}

const imports = (path: string) => `import '${path}'\n`
const manifest = JSON.stringify({ type: 'module', dependencies: { shipped: '1' }, devDependencies: { tool: '1' } })
const packages = {
  'package.json': manifest,
  'node_modules/shipped/package.json': '{ "name": "shipped", "version": "1.0.0", "main": "index.js" }',
  'node_modules/shipped/index.js': '',
  'node_modules/tool/package.json': '{ "name": "tool", "version": "1.0.0", "main": "index.js" }',
  'node_modules/tool/index.js': '',
}
const listed = Object.entries(rooms)

it('allows the arrows of docs/architecture.md', async () => {
  const downwards = listed.flatMap(([action, names]) => [
    [`actions/${action}/src/index.ts`, names.map((name) => imports(`./${name}/part.ts`)).join('')],
    ...names.map((name, at) => [
      `actions/${action}/src/${name}/part.ts`,
      at === 0 ? '' : imports(`../${names[at - 1]}/part.ts`),
    ]),
  ])
  const { violations } = await cruise({
    ...packages,
    ...Object.fromEntries(downwards),
    'toolkit/clock.ts': imports('shipped'),
    'actions/other/src/main.ts': imports('../../../toolkit/clock.ts'),
    'rehearsal/rehearse/main.ts': imports('../cloud/cloud.ts') + imports('../runner/run.ts'),
    'rehearsal/cloud/cloud.ts': '',
    'rehearsal/runner/run.ts': '',
    'test/unit/any.test.ts': imports('../../toolkit/clock.ts') + imports('../../rehearsal/cloud/cloud.ts'),
  })
  expect(violations).toEqual([])
})

it('finds each arrow that is forbidden, by import, type, re-export and import()', async () => {
  const upwards = listed.flatMap(([action, names]) =>
    names.slice(1).map((name, at) => ({ action, from: names[at] ?? '', to: name })),
  )
  const rooms = listed.filter(([, names]) => names.length > 0)
  const { rules, violations } = await cruise({
    ...packages,
    'toolkit/ring.ts': `import type { B } from './ring-b.ts'\nexport type A = B\n`,
    'toolkit/ring-b.ts': `export type { A as B } from './ring.ts'\n`,
    'rehearsal/cloud/ecs/one.ts': imports('../elb/one.ts'),
    'rehearsal/cloud/elb/one.ts': '',
    'rehearsal/cloud/elb/two.ts': imports('../ecs/two.ts'),
    'rehearsal/cloud/ecs/two.ts': '',
    'toolkit/action.ts': imports('../actions/one/src/main.ts'),
    'actions/one/src/main.ts': `export * from '../../two/src/main.ts'\n${imports('../../../rehearsal/runner/run.ts')}`,
    'actions/two/src/main.ts': imports('./gone.ts'),
    'rehearsal/rehearse/main.ts': imports('../../actions/two/src/main.ts') + imports('../../toolkit/leaf.ts'),
    'rehearsal/cloud/cloud.ts': imports('../runner/run.ts'),
    'rehearsal/runner/run.ts': '',
    'rehearsal/runner/cloud.ts': `export type { Cloud } from '../cloud/cloud.ts'\n`,
    'toolkit/leaf.ts': imports('tool'),
    'script/build.ts': `await import('../test/support/clock.ts')\n`,
    'test/support/clock.ts': '',
    ...Object.fromEntries(
      upwards.map(({ action, from, to }) => [`actions/${action}/src/${from}/up.ts`, imports(`../${to}/leaf.ts`)]),
    ),
    ...Object.fromEntries(upwards.map(({ action, to }) => [`actions/${action}/src/${to}/leaf.ts`, ''])),
    ...Object.fromEntries(
      rooms.flatMap(([action, [first]]) => [
        [`actions/${action}/src/${first}/entry.ts`, imports('../main.ts')],
        [`actions/${action}/src/main.ts`, ''],
      ]),
    ),
  })
  expect(violations).toEqual(
    [
      'no-circle-of-files: toolkit/ring-b.ts -> toolkit/ring.ts',
      'no-circle-of-folders: rehearsal/cloud/ecs -> rehearsal/cloud/elb',
      'no-circle-of-folders: rehearsal/cloud/elb -> rehearsal/cloud/ecs',
      'toolkit-knows-no-action: toolkit/action.ts -> actions/one/src/main.ts',
      'actions-stand-alone: actions/one/src/main.ts -> actions/two/src/main.ts',
      'actions-stand-alone: actions/one/src/main.ts -> rehearsal/runner/run.ts',
      'everything-resolves: actions/two/src/main.ts -> ./gone.ts',
      'rehearsal-runs-black-boxes: rehearsal/rehearse/main.ts -> actions/two/src/main.ts',
      'rehearsal-runs-black-boxes: rehearsal/rehearse/main.ts -> toolkit/leaf.ts',
      'cloud-stands-alone: rehearsal/cloud/cloud.ts -> rehearsal/runner/run.ts',
      'runner-stands-alone: rehearsal/runner/cloud.ts -> rehearsal/cloud/cloud.ts',
      'no-circle-of-folders: rehearsal/cloud -> rehearsal/runner',
      'no-circle-of-folders: rehearsal/runner -> rehearsal/cloud',
      'bundles-hold-only-dependencies: toolkit/leaf.ts -> node_modules/tool/index.js',
      'sources-know-no-test: script/build.ts -> test/support/clock.ts',
      ...upwards.map(
        ({ action, from, to }) =>
          `${action}-${from}-imports-only-downwards: actions/${action}/src/${from}/up.ts -> actions/${action}/src/${to}/leaf.ts`,
      ),
      ...rooms.map(
        ([action, [first]]) =>
          `${action}-rooms-do-not-import-the-entry: actions/${action}/src/${first}/entry.ts -> actions/${action}/src/main.ts`,
      ),
    ].toSorted(),
  )
  const broken = violations.map((violation) => violation.split(':')[0])
  const unbroken = rules.filter((name) => !broken.includes(name))
  // An action without rooms has no room that could import its entry.
  expect(unbroken).toEqual(
    listed.filter(([, names]) => names.length === 0).map(([action]) => `${action}-rooms-do-not-import-the-entry`),
  )
})

it('lists every room of every action', () => {
  const found = Object.fromEntries(
    readdirSync(join(root, 'actions')).map((action) => {
      const entries = readdirSync(join(root, 'actions', action, 'src'), { withFileTypes: true })
      return [action, entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted()]
    }),
  )
  expect(Object.fromEntries(listed.map(([action, names]) => [action, names.toSorted()]))).toEqual(found)
})

it(`keeps every folder of sources to ${mostFilesInAFolder} files`, () => {
  const counts = Map.groupBy(globSync('{actions/*/src,toolkit,rehearsal}/**/*.ts', { cwd: root }), dirname)
  const full = [...counts].filter(([, files]) => files.length > mostFilesInAFolder)
  expect(full.map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([])
})

it("imports no type as import('…').T or typeof import('…'), which dependency-cruiser does not see", () => {
  const unseen = /typeof import\(|import\('[^']+'\)\.(?!then|catch|finally)/
  const sources = globSync('{actions/*/src,toolkit,rehearsal,script}/**/*.ts', { cwd: root })
  expect(sources.filter((path) => unseen.test(readFileSync(join(root, path), 'utf8')))).toEqual([])
})
