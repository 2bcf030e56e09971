// Bundles actions into actions/<name>/dist, the way users get them: `npm run build [-- name ...]`.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

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
const postEntry = "process.argv[2] = 'post'\nawait import('./index.js')\n"

/** Writes changed files and removes old chunks. Unchanged files stay in place, as other checks may be reading them. */
function writeDist(name: string, files: Readonly<Record<string, string>>): void {
  const dist = join(root, 'actions', name, 'dist')
  mkdirSync(dist, { recursive: true })
  for (const file of readdirSync(dist)) if (!(file in files)) rmSync(join(dist, file), { recursive: true })
  for (const [file, text] of Object.entries(files)) {
    const path = join(dist, file)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
  }
}

const waiting = asked.length > 0 ? [...asked] : all

/** A thread that bundles one action after another, until none waits. */
async function bundleWaiting(): Promise<void> {
  const worker = new Worker(join(import.meta.dirname, 'lib/bundle-action.ts'))
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    worker.postMessage(name)
    const [files] = (await once(worker, 'message')) as [Record<string, string>]
    const hasPost = /^ {2}post: /m.test(readFileSync(join(root, 'actions', name, 'action.yml'), 'utf8'))
    writeDist(name, hasPost ? { ...files, 'post.js': postEntry } : files)
  }
  await worker.terminate()
}

// Two threads: each takes seconds to warm up the bundler, so that more gain little.
await Promise.all(Array.from({ length: Math.min(2, waiting.length) }, bundleWaiting))
