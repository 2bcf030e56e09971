// Fails when a committed bundle differs from what its sources give. Leaves the new bundles in place, to be committed.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
execFileSync(process.execPath, [join(root, 'script/build.ts')], { cwd: root, stdio: 'inherit' })

// `status`, not `diff`: a chunk that is new would escape `git diff`. The pattern names files: git matches no folder by a pattern.
const stale = execFileSync('git', ['status', '--porcelain', '--', 'actions/*/dist/*'], { cwd: root, encoding: 'utf8' })
if (stale !== '') {
  console.error(`These bundles differ from what the sources give. Commit what \`npm run build\` made:\n${stale}`)
  process.exit(1)
}
console.log('Every dist is what its sources give.')
