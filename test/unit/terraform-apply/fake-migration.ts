// A repository with a state in a file, a scripted Terraform, and an S3 on this machine: what `migrate-state` needs.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { migrateState } from '../../../actions/terraform-apply/src/commands/migrate-state.ts'
import type { Inputs } from '../../../actions/terraform-apply/src/inputs/inputs.ts'
import type { Plan } from '../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import type { ExecResult } from '../../../toolkit/process/exec.ts'
import type { FakeS3 } from './fake-s3.ts'
import { fakeStack } from './fake-stack.ts'
import { plan } from './plans.ts'

/** As no JSON writer writes it: the bytes have to stay the same. */
export const OURS = `{ "version": 4,\n\t"serial": 7, "lineage": "ours", "resources": [], "outputs": { "ours": { "value": "ours", "type": "string" } } }\n`

export interface MigrationOptions {
  /** Files of the repository, beside the configuration. */
  readonly files?: Readonly<Record<string, string>>
  readonly inputs?: Partial<Inputs>
  readonly workspace?: string
  readonly backend?: { readonly type?: string; readonly config?: Readonly<Record<string, unknown>> }
  /** What `terraform state pull` does; by default it prints the object. */
  readonly pull?: Partial<ExecResult>
  readonly shown?: Plan
}

/** The state file, in the root module. */
export const FILE = 'infra/terraform.tfstate'

/** Runs `migrate-state` in a repository whose root module is `infra`. The files must be the same afterwards. */
export async function migrate(
  s3: FakeS3,
  { files = { [FILE]: OURS }, backend = {}, ...options }: MigrationOptions = {},
) {
  const { shown = plan([]), pull = {}, workspace } = options
  const fake = fakeStack({ shown })
  const repository = mkdtempSync(join(fake.scratch, 'repository-'))
  const directory = join(repository, 'infra')
  for (const [name, text] of Object.entries({ 'infra/main.tf': 'terraform {\n  backend "s3" {}\n}', ...files })) {
    mkdirSync(dirname(join(repository, name)), { recursive: true })
    writeFileSync(join(repository, name), text)
  }
  const before = filesOf(repository)
  const { inputs: all, tf: scripted } = fake.stack
  const rootModule = { ...all.rootModule, repository, directory, path: 'infra', workspace }
  const { type = 's3', config = {} } = backend
  /** Commands of Terraform, with the local states that it would see. */
  const ran: string[] = []
  const note = (command: string) =>
    ran.push([command, ...readdirSync(directory).filter((name) => name === 'terraform.tfstate')].join(' sees '))
  const tf: typeof scripted = {
    ...scripted,
    directory,
    async exec(args) {
      note(args.slice(0, args[0] === 'state' ? 2 : 1).join(' '))
      if (args[0] === 'init') {
        mkdirSync(join(directory, '.terraform'), { recursive: true })
        const configured = { backend: { type, config: { ...s3.config, ...config } } }
        writeFileSync(join(directory, '.terraform/terraform.tfstate'), JSON.stringify(configured))
      }
      if (args[0] !== 'state') return scripted.exec(args)
      const [text = ''] = [...s3.objects].filter(([path]) => path.endsWith('key')).map(([, object]) => object)
      return { code: 0, stdout: text, stderr: '', ...pull }
    },
    async run(args, logger) {
      note(args.slice(0, 1).join())
      return scripted.run(args, logger)
    },
  }
  const error = await migrateState(fake.world, { ...all, rootModule, ...options.inputs }, tf).then(
    () => undefined,
    (failure: unknown) => failure as { readonly message: string; readonly hint: string },
  )
  expect(filesOf(repository)).toEqual(before)
  return { ...fake, error, ran, infos: fake.lines.map((line) => line.replace(/^info: /, '')) }
}

/** The files of a repository by path, without Terraform's own. */
function filesOf(repository: string): Readonly<Record<string, string>> {
  const files = readdirSync(repository, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  const paths = files.map(({ parentPath, name }) => relative(repository, join(parentPath, name)))
  const committed = paths.filter((path) => !path.includes('.terraform/'))
  return Object.fromEntries(committed.map((path) => [path, readFileSync(join(repository, path), 'utf8')]))
}
