// The Terraform that is run: from the PATH if its version satisfies, else from a mirror on this machine with verified checksums.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { source } from '../../support/run-action.ts'
import { realTerraform, useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-mirror-'))
const real = realTerraform()
const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
let mirror: Server
let url: string
const asked: string[] = []
const stacks = useStacks(source('terraform-apply'))

beforeAll(async () => {
  for (const version of ['1.12.5', '1.13.1', '1.13.2-rc1', '2.0.0']) publish('terraform', version)
  publish('tofu', '1.9.1', 'v')
  writeFileSync(
    join(folder, 'index.json'),
    JSON.stringify({ versions: { '1.12.5': {}, '1.13.1': {}, '1.13.2-rc1': {}, '2.0.0': {} } }),
  )
  mirror = createServer((request, response) => {
    asked.push(request.url ?? '')
    const file = join(folder, request.url ?? '')
    if (existsSync(file)) response.end(readFileSync(file))
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  mirror.close()
})

/** Puts a program into the mirror that prints its version, and runs the real one for everything else. */
function publish(binary: string, version: string, prefix = ''): void {
  const place = join(folder, prefix + version)
  mkdirSync(place)
  writeFileSync(
    join(place, binary),
    `#!/bin/sh\necho "this is ${binary} ${version}" >&2\n[ "$1" = version ] && { echo '{"terraform_version":"${version}"}'; exit; }\nexec ${real} "$@"\n`,
  )
  chmodSync(join(place, binary), 0o755)
  const name = `${binary}_${version}_${platform}.zip`
  execFileSync('zip', ['-q', name, binary], { cwd: place })
  const sum = createHash('sha256')
    .update(readFileSync(join(place, name)))
    .digest('hex')
  writeFileSync(join(place, `${binary}_${version}_SHA256SUMS`), `${sum}  ${name}\n0000  other.zip\n`)
}

function stack(name: string, files: Readonly<Record<string, string>> = {}) {
  const made = stacks.stack(name, {
    'main.tf': 'resource "terraform_data" "a" {}',
    ...files,
  })
  const env = { RUNNER_TOOL_CACHE: join(made.folder, 'tools') }
  return {
    made,
    run: (inputs: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) =>
      made.run({ command: 'plan', 'download-url': url, ...inputs }, { env: { ...env, ...more } }),
  }
}

test('uses the program on the PATH when its version satisfies the constraint', async () => {
  const { run } = stack('path')
  asked.length = 0
  expect(await run({ 'terraform-version': '>= 1.10, < 99' })).toMatchObject({ code: 0 })
  expect(asked).toEqual([])
})

const realVersion = (): string =>
  JSON.parse(execFileSync(real, ['version', '-json'], { stdio: 'pipe' }).toString()).terraform_version

// The other file requires another version, which the mirror has: it must not take precedence.
test.each([
  ['.terraform-version', (version: string) => `${version}\n`, { '../.tool-versions': 'terraform 1.12.5\n' }],
  ['.tool-versions', (version: string) => `nodejs 24\nterraform ${version}\n`, { '../.terraform-version': '1.13.1\n' }],
])('uses the program on the PATH when its version satisfies %s', async (file, content, farther) => {
  const { made, run } = stack(`path${file}`, { [file]: content(realVersion()), ...farther })
  const env = made.inPlaceOfTerraform('echo "the one on the PATH" >&2\nexec "$REAL_TERRAFORM" "$@"')
  asked.length = 0
  const { code, log } = await run({}, env)
  expect(code).toBe(0)
  expect(log).toContain('the one on the PATH')
  expect(asked).toEqual([])
})

test('downloads the version when there is no program', async () => {
  const { made, run } = stack('bare')
  const bin = join(made.folder, 'bin')
  mkdirSync(bin)
  for (const name of ['sh', 'unzip']) {
    const program = execFileSync('sh', ['-c', `command -v ${name}`])
      .toString()
      .trim()
    symlinkSync(program, join(bin, name))
  }
  asked.length = 0
  const { code, log } = await run({ 'terraform-version': '1.12.5' }, { PATH: bin })
  expect(log).toContain('this is terraform 1.12.5')
  expect(code).toBe(0)
  expect(asked).toContain(`/1.12.5/terraform_1.12.5_${platform}.zip`)
})

test('downloads the newest release that satisfies, once', async () => {
  const { made, run } = stack('download')
  asked.length = 0
  const first = await run({ 'terraform-version': '~> 1.12' })
  expect(first.log).toContain('this is terraform 1.13.1')
  expect(asked).toEqual([
    '/index.json',
    '/1.13.1/terraform_1.13.1_SHA256SUMS',
    `/1.13.1/terraform_1.13.1_${platform}.zip`,
  ])

  made.write({ '.terraform-version': '1.13.1\n' })
  asked.length = 0
  expect((await run({})).log).toContain('this is terraform 1.13.1')
  expect(asked).toEqual([])

  made.write({ '.terraform-version': '', '../.tool-versions': 'nodejs 24\nterraform 1.12.5\n' })
  execFileSync('rm', [join(made.directory, '.terraform-version')])
  expect((await run({})).log).toContain('this is terraform 1.12.5')
})

test('downloads what required_version allows, and OpenTofu from its own releases', async () => {
  const { run } = stack('required', { 'versions.tf': 'terraform {\n  required_version = "~> 1.13.0"\n}' })
  // The real Terraform behind the mirrored program reports another version.
  expect((await run({})).log).toContain('this is terraform 1.13.1')
  const tofu = stack('tofu')
  const ended = await tofu.run({ tool: 'opentofu', 'terraform-version': '1.9.1' })
  expect(ended.log).toContain('this is tofu 1.9.1')
  expect(ended.log).toContain('::group::OpenTofu plan')
})

test('refuses a download with another checksum', async () => {
  const zip = join(folder, '2.0.0', `terraform_2.0.0_${platform}.zip`)
  const good = readFileSync(zip)
  writeFileSync(zip, Buffer.concat([good, Buffer.from('x')]))
  const { run } = stack('tampered')
  const refused = await run({ 'terraform-version': '2.0.0' })
  expect(refused.code).toBe(1)
  expect(refused.log).toContain('its publisher lists')
  expect(refused.log).not.toContain('this is terraform 2.0.0')
})

test('reports a version that does not exist or cannot be downloaded', async () => {
  const { made, run } = stack('missing')
  expect((await run({ 'terraform-version': '7.7.7' })).log).toContain('could not be downloaded')
  expect((await run({ 'terraform-version': '~> 7.0' })).log).toContain('No published version satisfies `~> 7.0`')
  expect((await run({ 'terraform-version': 'newest' })).log).toContain('is not a valid Terraform version constraint')
  const bare = await run({}, { PATH: made.folder })
  expect(bare.code).toBe(1)
  expect(bare.log).toContain('`terraform` is not on the PATH')
  expect(bare.log).toContain('Set the input `terraform-version`')
})

test('runs the program behind the wrapper of hashicorp/setup-terraform', async () => {
  const { made, run } = stack('wrapped')
  const place = join(made.folder, 'setup')
  mkdirSync(place)
  writeFileSync(join(place, 'terraform'), '#!/bin/sh\necho wrapped; exit 9\n')
  execFileSync('ln', ['-s', real, join(place, 'terraform-bin')])
  chmodSync(join(place, 'terraform'), 0o755)
  const ended = await run({}, { PATH: `${place}:${process.env['PATH']}`, TERRAFORM_CLI_PATH: place })
  expect(ended).toMatchObject({ code: 0 })
})
