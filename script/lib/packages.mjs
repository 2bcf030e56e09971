// Exits with 0 when node_modules has what package-lock.json lists, so that npm has nothing to do.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const packages = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages

if (!existsSync(join(root, 'node_modules/.package-lock.json'))) process.exit(1)
const wanted = packages('package-lock.json')
const present = packages('node_modules/.package-lock.json')

// Optional packages are mostly for other platforms: npm does not install those.
const stale = Object.entries(wanted).some(
  ([path, { version, optional }]) => path !== '' && !(optional && !present[path]) && present[path]?.version !== version,
)
process.exit(stale ? 1 : 0)
