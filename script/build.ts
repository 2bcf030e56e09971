// Bundles actions into actions/<name>/dist, the way users get them: `npm run build [-- name ...]`.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { minify } from '@swc/core'

interface Bundle {
  readonly code: string
  readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>
}
type Bundler = (entry: string, options: Readonly<Record<string, unknown>>) => Promise<Bundle>

// ncc's API, as its command line cannot replace a module. It has no types.
const { default: bundle } = (await import('@vercel/ncc' as string)) as { default: Bundler }

const root = join(import.meta.dirname, '..')
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const run = (command: string, args: string[]) => execFileSync(command, args, { cwd: root, stdio: 'inherit' })

const all = readdirSync(join(root, 'actions')).filter((name) => existsSync(join(root, 'actions', name, 'src/index.ts')))
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`No such action: ${unknown.join(', ')}. There are: ${all.join(', ')}.`)
  process.exit(1)
}

rmSync(join(root, 'build'), { recursive: true, force: true })
// `check:types` checks types. A bundle can be tried while another action is half written.
run(bin('tsc'), ['-p', 'tsconfig.build.json', '--noCheck'])

// The bundle serves the post step too, with its own entry file. Saved state could not select it: a post step after a main step that
// was killed before it saved anything would run the main step again.
const postEntry = "process.env['SLIPWAY_PHASE'] = 'post'\nawait import('./index.js')\n"

// dockerode needs these for ssh:// hosts and for BuildKit sessions, which no action uses. They would bring native binaries,
// an .exe and .proto files along. An object without members in their place fails only where they would be used.
const nothing = 'node:constants'
const externals = { ssh2: nothing, '@grpc/grpc-js': nothing, '@grpc/proto-loader': nothing, protobufjs: nothing }
// @actions/core brings a client for OIDC tokens, and with its HTTP client a third of a bundle and of the time that a step takes
// to start. Only assume-role asks for such a token.
const withoutTokens = { './oidc-utils.js': nothing }

// Start of the next package in a list of licences: a line with its name, and one with the licence's identifier.
const startOfPackage = /\n+(?=@?[\w./-]+\n[A-Z][\w.-]+\n)/

for (const name of asked.length > 0 ? asked : all) {
  const dist = join('actions', name, 'dist')
  // Emptied first, so that no old chunk stays in a commit.
  rmSync(join(root, dist), { recursive: true, force: true })
  mkdirSync(join(root, dist), { recursive: true })
  const entry = join(root, 'build/actions', name, 'src/index.js')
  const leftOut = name === 'assume-role' ? externals : { ...externals, ...withoutTokens }
  const options = { externals: leftOut, minify: true, license: '[name].licenses', quiet: true }
  const { code, assets } = await bundle(entry, options)
  writeFileSync(join(root, dist, 'index.js'), code)
  for (const [file, { source }] of Object.entries(assets)) {
    // The package.json that makes them modules, and chunks, which ncc does not minify; not the .proto files of dockerode.
    if (file.endsWith('.json')) writeFileSync(join(root, dist, file), source)
    if (file.endsWith('.js')) writeFileSync(join(root, dist, file), (await minify(`${source}`, { module: true })).code)
  }
  // Each chunk has its licences. ncc writes them all to the same file, which would keep only the last.
  const licenses = Object.entries(assets).filter(([file]) => file.endsWith('.licenses'))
  const packages = licenses.flatMap(([, { source }]) => `${source}`.trimEnd().split(startOfPackage))
  writeFileSync(join(root, dist, 'licenses.txt'), `${[...new Set(packages)].toSorted().join('\n\n')}\n`)
  if (/^ {2}post: /m.test(readFileSync(join(root, 'actions', name, 'action.yml'), 'utf8'))) {
    writeFileSync(join(root, dist, 'post.js'), postEntry)
  }
}
