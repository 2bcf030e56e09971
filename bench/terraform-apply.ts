// The time of terraform-apply compared with a bare `terraform init && terraform plan && terraform apply` of the same stack, and the
// memory that our process takes to render a plan of 50 MB. Measures the bundle, as users get it.
//
//   npm run build -- terraform-apply && node bench/terraform-apply.ts [--runs 3] [--limit 1.05] [example] [500] [5000] [render]
//
// With --limit it fails if the median ratio to `init && plan && apply` is higher. Use an idle machine and 15 rounds or more: the
// middle half of them lies 4 % apart.
import './help.ts'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { actionInputs } from '../test/support/action-inputs.ts'
import { bundle } from '../test/support/run-action.ts'
import { s3Backend, terraformConfig, writeTree } from '../test/support/terraform-apply/terraform-files.ts'

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, limit: { type: 'string', default: 'Infinity' } },
  allowPositionals: true,
})
const runs = Number(values.runs)
const wanted = positionals.length > 0 ? positionals : ['example', '500', '5000', 'render']

interface Measured {
  readonly wall: number
  readonly cpu: number
}

// The first applies the plan that it showed, as terraform-apply does. The shorter commands of many workflows plan twice and apply a
// plan that was not shown.
const BARE =
  'terraform init -input=false && terraform plan -input=false -out=p.tfplan $VARS && terraform apply -input=false p.tfplan'
const UNSEEN =
  'terraform init -input=false && terraform plan -input=false $VARS && terraform apply -input=false -auto-approve $VARS'
const OURS = `"$NODE" "$BUNDLE"`

const cloud = await startCloud()
console.log(
  `${cpus().length} × ${cpus()[0]?.model}; medians of ${runs} rounds, one run of each in turn; ratios by round, with their middle half\n`,
)
console.log('| stack | bare | ours | wall | bare, CPU | ours, CPU | CPU | bare, plan not kept | wall |')
console.log(`| --- ${'| ---: '.repeat(8)}|`)
try {
  for (const stack of wanted.filter((name) => name !== 'render')) await compare(stack)
} finally {
  await cloud.close()
}
if (wanted.includes('render')) render()

async function compare(stack: string): Promise<void> {
  const bare: Measured[] = []
  const ours: Measured[] = []
  const unseen: Measured[] = []
  for (let run = 0; run < runs; run++) {
    bare.push(await once(stack, BARE))
    ours.push(await once(stack, OURS))
    unseen.push(await once(stack, UNSEEN))
  }
  const [b, o, u] = [medians(bare), medians(ours), medians(unseen)]
  const beside = (others: readonly Measured[], what: keyof Measured) =>
    ratio(ours.map((one, run) => one[what] / (others[run]?.[what] ?? Number.NaN)))
  const over = median(ours.map((one, run) => one.wall / (unseen[run]?.wall ?? Number.NaN)))
  if (over > Number(values.limit)) {
    console.error(`${stack}: ${over.toFixed(3)} is more than ${values.limit}.`)
    process.exitCode = 1
  }
  const seconds = (value: number) => `${value.toFixed(2)} s`
  const cells = [
    stack,
    seconds(b.wall),
    seconds(o.wall),
    beside(bare, 'wall'),
    seconds(b.cpu),
    seconds(o.cpu),
    beside(bare, 'cpu'),
    seconds(u.wall),
    beside(unseen, 'wall'),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

/** One run from scratch: with its own account, bucket and checkout. */
async function once(stack: string, command: string): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const account = String(100_000_000_000 + Math.floor(Math.random() * 899_999_999_999))
  const bucket = `state-${account}`
  const env = { ...process.env, ...cloud.env, AWS_ACCESS_KEY_ID: account, TF_CLI_CONFIG_FILE: terraformConfig() }
  const credentials = { accessKeyId: account, secretAccessKey: 'bench' }
  const s3 = new S3Client({ endpoint: cloud.url, region: 'us-east-1', forcePathStyle: true, credentials })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  try {
    const { directory, inputs, vars } = checkOut(stack, folder, bucket)
    const began = performance.now()
    const ended = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time { ${command}; } >out.log 2>&1`], {
      cwd: directory,
      encoding: 'utf8',
      env: {
        ...env,
        ...actionInputs('terraform-apply', inputs),
        VARS: vars,
        NODE: process.execPath,
        BUNDLE: bundle('terraform-apply'),
        GITHUB_WORKSPACE: folder,
        // A run writes the holder of the lock beside the state.
        GITHUB_RUN_ID: '1',
        GITHUB_REPOSITORY: 'acme/web',
        RUNNER_TEMP: folder,
        ...Object.fromEntries(
          ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, touch(folder, name)]),
        ),
      },
    })
    const wall = (performance.now() - began) / 1000
    if (ended.status !== 0) {
      throw new Error(`${stack} failed: ${execFileSync('tail', ['-n', '30', join(directory, 'out.log')])}`)
    }
    const [user = 0, system = 0] = ended.stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? []
    return { wall, cpu: user + system }
  } finally {
    s3.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

function checkOut(stack: string, folder: string, bucket: string) {
  const key = 'bench/terraform.tfstate'
  if (stack === 'example') {
    for (const part of ['examples', 'terraform']) cpSync(join(root, part), join(folder, part), { recursive: true })
    const directory = join(folder, 'examples/web/infra')
    writeFileSync(join(directory, 'backend_override.tf'), s3Backend(bucket, key))
    return {
      directory,
      vars: '-var-file=stage.tfvars',
      inputs: { 'working-directory': 'examples/web/infra', 'var-file': 'stage.tfvars' },
    }
  }
  const main = `resource "terraform_data" "many" {\n  count = ${Number(stack)}\n  input = { index = count.index, name = "thing-\${count.index}" }\n}`
  const directory = join(folder, 'infra')
  mkdirSync(directory)
  writeTree(directory, { 'main.tf': main, 'backend.tf': s3Backend(bucket, key) })
  return { directory, vars: '', inputs: { 'working-directory': 'infra' } }
}

function render(): void {
  console.log()
  spawnSync(process.execPath, [join(root, 'bench/terraform-apply-render.ts'), '50'], { stdio: 'inherit' })
}

/** The rehearsal cloud in a process of its own, so that its time is not measured. */
async function startCloud() {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-cloud-'))
  const file = join(folder, 'env')
  // Without the dashes node would take --env-file as its own option.
  const args = ['--', 'rehearsal/cloud/cli.ts', '--port', '0', '--env-file', file]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  while (!existsSync(file) && child.exitCode === null) await delay(50)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const env = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const close = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true })
  }
  return { env, url: env['AWS_ENDPOINT_URL'] ?? '', close }
}

function touch(folder: string, name: string): string {
  writeFileSync(join(folder, name), '')
  return join(folder, name)
}

function medians(all: readonly Measured[]): Measured {
  return { wall: median(all.map(({ wall }) => wall)), cpu: median(all.map(({ cpu }) => cpu)) }
}

/** The quantile of numbers, from 0 to 1. */
function quantile(numbers: readonly number[], part: number): number {
  return [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))] ?? 0
}

function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

/** Median and middle half of the ratios of the rounds. */
function ratio(rounds: readonly number[]): string {
  return `${median(rounds).toFixed(3)} (${quantile(rounds, 0.25).toFixed(2)}–${quantile(rounds, 0.75).toFixed(2)})`
}
