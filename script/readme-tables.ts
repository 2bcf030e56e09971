// Writes the inputs and outputs of each action.yml into its README. `--check` changes nothing, and fails where it would.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withTables } from './lib/action-tables.ts'

const root = join(import.meta.dirname, '..')
const checkOnly = process.argv.includes('--check')

const problems: string[] = []
for (const actionYml of globSync('actions/*/action.yml', { cwd: root }).toSorted()) {
  const readme = join(dirname(actionYml), 'README.md')
  try {
    if (!existsSync(join(root, readme))) throw new Error('it does not exist, and every action has one')
    const before = readFileSync(join(root, readme), 'utf8')
    const after = withTables(before, readFileSync(join(root, actionYml), 'utf8'))
    if (after === before) continue
    if (checkOnly) throw new Error('its tables are not what action.yml gives; run `npm run readme`')
    writeFileSync(join(root, readme), after)
    console.log(`${readme}: tables written`)
  } catch (error) {
    problems.push(`${readme}: ${(error as Error).message}`)
  }
}
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
