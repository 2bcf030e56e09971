// Every YAML block of the guides and READMEs, read as people paste it: by GitHub's own parser, against the action.yml files. And
// what each of them, and each workflow file, means while a variable or a secret that it names is not set.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { InputError } from '../../toolkit/errors.ts'
import { declaredInputs } from '../support/action-inputs.ts'
import { reading } from '../support/action-readers.ts'
import { problemsOf } from '../support/workflow-check.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Block {
  readonly page: string
  readonly line: number
  readonly yaml: string
}

const pages = globSync('{README,docs/**/*,actions/*/README,examples/*/README,terraform/modules/*/README}.md', {
  cwd: root,
}).toSorted()
const blocks: readonly Block[] = pages.flatMap((page) => {
  const text = read(page)
  return [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(({ 1: yaml = '', index }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    yaml,
  }))
})

/** Blocks that are no part of a workflow, by their first key. */
const OTHER_FILES = [
  'actions/datadog-event/README.md: monitors',
  'docs/rehearsal.md: description',
  'docs/rehearsal.md: monitors',
]

type Kind = 'workflow' | 'job' | 'steps' | 'inputs' | 'other'

function kindOf({ page, yaml }: Block): Kind {
  const content: unknown = parse(yaml)
  if (Array.isArray(content)) return 'steps'
  const keys = Object.keys(content as object)
  if (keys.includes('jobs')) return 'workflow'
  if (keys.includes('steps')) return 'job'
  return OTHER_FILES.includes(`${page}: ${keys[0]}`) ? 'other' : 'inputs'
}

const indented = (text: string, spaces: number) => text.replace(/^(?=.)/gm, ' '.repeat(spaces))

/** The block with what its reader has around it. `with: # …` stands for inputs that the page has shown before. */
function workflowOf(block: Block): string {
  const yaml = block.yaml.replace(/^ +with:\n +# …\n/gm, '')
  const job = (text: string) => `on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n${indented(text, 4)}`
  const kind = kindOf(block)
  if (kind === 'steps') return job(`permissions: {}\nsteps:\n${indented(yaml, 2)}`)
  if (kind === 'job') return job(yaml)
  return /^on:/m.test(yaml) ? yaml : `on: push\n${yaml}`
}

/** In a part of a workflow, other steps and jobs may be missing; and a README pins actions of others to a version. */
const isOfAPart = (problem: string, kind: Kind) =>
  /^actions\/checkout@v\d+ is not pinned/.test(problem) ||
  (kind !== 'workflow' && /: there is no step \w+$|^job \w+ has no output /.test(problem))

const workflows = blocks.filter((block) => ['workflow', 'job', 'steps'].includes(kindOf(block)))
const inputs = blocks.filter((block) => kindOf(block) === 'inputs')

test('the pages have workflows, jobs, steps and inputs', () => {
  expect([...new Set(blocks.map(kindOf))].toSorted()).toEqual(['inputs', 'job', 'other', 'steps', 'workflow'])
})

test.each(workflows)('$page, line $line: GitHub and the actions accept it', async (block) => {
  const problems = await problemsOf(workflowOf(block), `${block.page}:${block.line}`, root)
  expect(problems.filter((problem) => !isOfAPart(problem, kindOf(block)))).toEqual([])
})

test.each(inputs)('$page, line $line: the action has these inputs', ({ page, yaml }) => {
  const declared = Object.keys(declaredInputs(dirname(page).replace('actions/', '')))
  expect(Object.keys(parse(yaml) as object).filter((name) => !declared.includes(name))).toEqual([])
})

const outputs = globSync('actions/*/action.yml', { cwd: root }).flatMap((file) =>
  Object.keys((parse(read(file)) as { readonly outputs: object }).outputs),
)

test.each(workflows)('$page, line $line: the outputs that it reads exist', ({ yaml }) => {
  const named = [...yaml.matchAll(/\b(?:steps|needs)\.\w+\.outputs\.([\w-]+)/g)].map(([, name = '']) => name)
  // Each output of Terraform is an output of its step: this one is of the stack that the README shows.
  expect(named.filter((name) => !outputs.includes(name) && name !== 'cluster')).toEqual([])
})

describe('an unset variable or secret', () => {
  interface Value {
    readonly where: string
    readonly action: string
    readonly input: string
    readonly value: string
  }

  /** The values with a variable or a secret that each step gives to an action of ours. */
  function valuesIn(where: string, content: string): readonly Value[] {
    const { jobs } = parse(content) as { readonly jobs: Readonly<Record<string, { readonly steps?: readonly Step[] }>> }
    return Object.values(jobs)
      .flatMap(({ steps = [] }) => steps)
      .flatMap(({ uses = '', with: given }) => {
        const action = /^slipway\/slipway\/actions\/([\w-]+)@/.exec(uses)?.[1]
        if (action === undefined) return []
        return Object.entries(given ?? {}).map(([input, value]) => ({ where, action, input, value: String(value) }))
      })
      .filter(({ value }) => /\b(?:vars|secrets)\./.test(value))
  }

  interface Step {
    readonly uses?: string
    readonly with?: Readonly<Record<string, unknown>>
  }

  /** The value while none of them is set; `undefined` for an expression that says what it means then. */
  function unset(value: string): string | undefined {
    if (/\|\|| != '' /.test(value)) return undefined
    return value.replaceAll(/\$\{\{.*?\}\}/g, (expression) => (/\b(?:vars|secrets)\./.test(expression) ? '' : 'x'))
  }

  /** Inputs that may be empty, and why that is no other meaning. */
  const MAY_BE_EMPTY: Readonly<Record<string, string>> = {
    'datadog-event api-key': 'Refused as missing where the environment has no key.',
    'datadog-event app-key': 'Refused as missing where the environment has no key.',
    'datadog-event site': 'The site that the README names as the default; the keys of another one are refused there.',
    'terraform-apply fingerprint-key': 'The plan gets no approval, and a step that asks for one is refused.',
  }

  const files = globSync(['.github/workflows/*.yml', 'examples/*/.github/workflows/*.yml'], { cwd: root })
  const values = [
    ...files.flatMap((file) => valuesIn(file, read(file))),
    ...workflows.flatMap((block) => valuesIn(`${block.page}:${block.line}`, workflowOf(block))),
  ].flatMap((value) => {
    const empty = unset(value.value)
    return empty === undefined ? [] : [{ ...value, empty }]
  })

  test('is in some of them', () => {
    expect(values.map(({ action, input }) => `${action} ${input}`)).toEqual(
      expect.arrayContaining([...Object.keys(MAY_BE_EMPTY), 'assume-role role-to-assume', 'assume-role aws-region']),
    )
  })

  const refused = values.filter(({ action, input }) => !(`${action} ${input}` in MAY_BE_EMPTY))
  test.each(refused)('$where: `$input: $value` is refused by name', ({ action, input, empty }) => {
    const refusal = reading(action, { [input]: empty })
    expect(refusal).toBeInstanceOf(InputError)
    expect(refusal).toMatchObject({ input })
  })

  test('of an image that deploy.yml looks for is refused by name', () => {
    expect(reading('build-image', { promote: ':stage-0123abc' })).toMatchObject({ input: 'promote' })
  })
})
