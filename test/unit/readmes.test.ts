// What a stranger may count on across all actions: the same shape of README, the same names, the same form of lists.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const actions = globSync('actions/*/action.yml', { cwd: root })
  .toSorted()
  .map((file) => dirname(file))

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}
const manifest = (action: string): Manifest => parse(readFileSync(join(root, action, 'action.yml'), 'utf8'))

it.each(actions)('%s: usage first, the tables last, permissions and the way from elsewhere before them', (action) => {
  const readme = readFileSync(join(root, action, 'README.md'), 'utf8')
  const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, heading = '']) =>
    heading.replace(/^(Moving) from.*/, '$1'),
  )
  const shared = ['Usage', 'Permissions', ...(headings.includes('Moving') ? ['Moving'] : []), 'Inputs', 'Outputs']
  expect(headings.filter((heading) => shared.includes(heading))).toEqual(shared)
  expect(headings.at(0)).toBe('Usage')
  expect(headings.slice(-shared.length + 1)).toEqual(shared.slice(1))
})

it.each(actions)('%s: an action that calls AWS has the inputs for region and account', (action) => {
  const names = Object.keys(manifest(action).inputs)
  expect(names).not.toContain('region')
  if (action === 'actions/datadog-event') return
  expect(names).toContain('aws-region')
  expect(names).toContain(action === 'actions/assume-role' ? 'allowed-account-ids' : 'expected-account-id')
})

it.each(actions)('%s: an output that holds several values is JSON', (action) => {
  const several = Object.entries(manifest(action).outputs).filter(([, { description }]) =>
    /one (a|on each) line|separated by|list/.test(description),
  )
  expect(several.filter(([, { description }]) => !description.includes('JSON'))).toEqual([])
})
