// Pages for contributors that name files, scripts and rooms: what they name exists.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rooms } from '../../script/lib/rooms.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const folders =
  'actions|toolkit|rehearsal|terraform|examples|test|bench|script|docs|dist|node_modules|\\.github|\\.rehearsal|\\.vscode'

/** Paths of this repository within backquotes: those that begin with one of its folders, or that name a file at its root. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, path = '']) => path)
  const inFolder = new RegExp(`^(?:${folders})/`)
  return quoted.filter((path) => inFolder.test(path) || /^[.\w-]+\.(?:md|mjs|ts|json|yml)$/.test(path))
}

/** Where a path may stand: in the repository, or in an action's folder. Made by a build or a run, it need not exist. */
function exists(path: string): boolean {
  if (/^(?:\.rehearsal|node_modules)\//.test(path)) return true
  const pattern = path.replaceAll(/<[^>]+>/g, '*').replace(/\/$/, '')
  return [pattern, `actions/*/${pattern}`, `actions/*/src/${pattern}`].some(
    (candidate) => globSync(candidate, { cwd: root }).length > 0,
  )
}

// The guides name files of the reader's own repository; these name only ours.
const pages = globSync('{CONTRIBUTING,SECURITY,docs/architecture,docs/rehearsal,docs/decisions/*,test/README}.md', {
  cwd: root,
}).toSorted()
const editor = ['.vscode/tasks.json', '.vscode/launch.json', '.github/pull_request_template.md']

it.each(pages)('%s names only paths that exist', (page) => {
  expect(pathsIn(read(page)).filter((path) => !exists(path))).toEqual([])
})

it('finds a path that does not exist', () => {
  expect(
    pathsIn('in `toolkit/gone.ts`, `main.ts` and `web:12`, see `gone.md`').filter((path) => !exists(path)),
  ).toEqual(['toolkit/gone.ts', 'gone.md'])
})

const linked = globSync(
  '{*.md,docs/**/*.md,test/README.md,actions/*/README.md,examples/*/README.md,terraform/modules/*/README.md}',
  {
    cwd: root,
  },
)
it.each(linked.toSorted())('%s links only to files and headings that exist', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)/g)].map(([, link = '']) => link)
  const broken = links.filter((link) => {
    const [path = '', heading] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    return !existsSync(join(root, target)) || (heading !== undefined && !anchorsOf(read(target)).includes(heading))
  })
  expect(broken).toEqual([])
})

/** The anchors that GitHub gives the headings of a page. */
const anchorsOf = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

it.each([...pages, ...editor, 'README.md'])('%s names only scripts of package.json', (page) => {
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts)
  const named = [...read(page).matchAll(/npm run (?:-s |--silent )?([\w:]+)/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !scripts.includes(name))).toEqual([])
})

it('docs/architecture.md draws the rooms of script/lib/rooms.ts', () => {
  const rows = Object.entries(rooms)
    .filter(([, names]) => names.length > 0)
    .map(([action, names]) => `| ${action} | ${names.map((name) => `\`${name}\``).join(', ')} |`)
  const table = ['| Action | Rooms |', '| --- | --- |', ...rows].join('\n')
  expect(/<!-- rooms -->\n([\s\S]*?)\n<!-- \/rooms -->/.exec(read('docs/architecture.md'))?.[1]).toBe(table)
})

it('keeps the glossary of docs/architecture.md to 25 words', () => {
  const [, glossary = ''] = /^## Glossary$([\s\S]*?)^## /m.exec(read('docs/architecture.md')) ?? []
  const words = glossary.split('\n').filter((line) => /^\| (?!---|Word )/.test(line))
  expect(words.length).toBeGreaterThan(0)
  expect(words.length).toBeLessThanOrEqual(25)
})

it('lists every record in docs/decisions/README.md', () => {
  const records = globSync('*.md', { cwd: join(root, 'docs/decisions') }).filter((name) => name !== 'README.md')
  const listed = [...read('docs/decisions/README.md').matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link)
  expect(listed.toSorted()).toEqual(records.toSorted())
})

it('docs/rehearsal.md lists every scenario', () => {
  const [, table = ''] = /^## Scenarios$([\s\S]*?)^```/m.exec(read('docs/rehearsal.md')) ?? []
  const listed = [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => `${name}.yaml`)
  expect(listed.toSorted()).toEqual(globSync('*.yaml', { cwd: join(root, 'rehearsal/scenarios') }).toSorted())
})

it('test/README.md explains every tool whose issues are named in titles of tests', () => {
  const tests = globSync('test/**/*.test.ts', { cwd: root }).flatMap((path) => [
    ...read(path).matchAll(/\(peers?: ([^)]*)\)/g),
  ])
  const keys = new Set(
    tests.flatMap(([, issues = '']) => [...issues.matchAll(/([A-Za-z][\w/-]+) \d+/g)].map(([, key]) => key)),
  )
  expect(keys.size).toBeGreaterThan(0)
  const explained = [...read('test/README.md').matchAll(/^\| ([\w/-]+) \| .*\/issues/gm)].map(([, key]) => key)
  expect([...keys].filter((key) => !explained.includes(key))).toEqual([])
})

it('the task "local cloud" is ready at a line that the cloud prints', () => {
  const [, pattern = 'none'] = /"endsPattern": "([^"]+)"/.exec(read('.vscode/tasks.json')) ?? []
  expect(read('rehearsal/cloud/cli.ts')).toContain(`console.log(\`${pattern}`)
})

// Preloaded into an action's process, and no command.
const notCommands = ['bench/fast-clock.ts', 'bench/help.ts']
it.each(globSync('bench/*.ts', { cwd: root }).filter((path) => !notCommands.includes(path)))(
  '%s has --help, which prints its first comment',
  (path) => {
    const [comment = '', firstImport] = read(path).split(/^(?=import )/m)
    expect(comment).toMatch(new RegExp(`^// .*node (?:--expose-gc )?${path}`, 's'))
    expect(firstImport?.trim()).toBe("import './help.ts'")
  },
)
