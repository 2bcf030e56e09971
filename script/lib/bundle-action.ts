// A thread of script/build.ts. It bundles each action whose name it gets, and answers with the bundle's files.
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { minify } from '@swc/core'

interface Bundle {
  readonly code: string
  readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>
}
type Bundler = (entry: string, options: Readonly<Record<string, unknown>>) => Promise<Bundle>

// ncc's API, as its command line cannot replace a module. It has no types.
const { default: bundle } = (await import('@vercel/ncc' as string)) as { default: Bundler }

const root = join(import.meta.dirname, '../..')

// dockerode needs these for ssh:// hosts and for BuildKit sessions, which no action uses. They would bring native binaries,
// an .exe and .proto files along. An object without members in their place fails only where they would be used.
const nothing = 'node:constants'
const dockerode = { ssh2: nothing, '@grpc/grpc-js': nothing, '@grpc/proto-loader': nothing, protobufjs: nothing }
// @actions/core brings a client for OIDC tokens, and with its HTTP client a third of a bundle and of the time that a step takes
// to start. No action uses it.
const externals = { ...dockerode, './oidc-utils.js': nothing }

// Start of the next package in a list of licences: a line with its name, and one with the licence's identifier.
const startOfPackage = /\n+(?=@?[\w./-]+\n[A-Z][\w.-]+\n)/

/** The files of the action's bundle. */
async function bundleAction(name: string): Promise<Record<string, string>> {
  const entry = join(root, 'build/actions', name, 'src/index.js')
  const options = { externals, minify: true, license: '[name].licenses', quiet: true }
  const { code, assets } = await bundle(entry, options)
  const files: Record<string, string> = { 'index.js': code }
  for (const [file, { source }] of Object.entries(assets)) {
    // The package.json that makes them modules, and chunks, which ncc does not minify; not the .proto files of dockerode.
    if (file.endsWith('.json')) files[file] = `${source}`
    if (file.endsWith('.js')) files[file] = (await minify(`${source}`, { module: true })).code
  }
  // Each chunk has its licences. ncc writes them all to the same file, which would keep only the last.
  const licenses = Object.entries(assets).filter(([file]) => file.endsWith('.licenses'))
  const packages = licenses.flatMap(([, { source }]) => `${source}`.trimEnd().split(startOfPackage))
  files['licenses.txt'] = `${[...new Set(packages)].toSorted().join('\n\n')}\n`
  return files
}

parentPort?.on('message', async (name: string) => parentPort?.postMessage(await bundleAction(name)))
