// Bundles actions into actions/<name>/dist, the way users get them: `npm run build [-- name ...]`.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

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
run(bin('tsc'), ['-p', 'tsconfig.build.json'])

for (const name of asked.length > 0 ? asked : all) {
  const dist = join('actions', name, 'dist')
  // Emptied first, so that a chunk which no longer exists cannot linger in a commit.
  rmSync(join(root, dist), { recursive: true, force: true })
  run(bin('ncc'), ['build', `build/actions/${name}/src/index.js`, '-o', dist, '-m', '--license', 'licenses.txt', '-q'])
}
