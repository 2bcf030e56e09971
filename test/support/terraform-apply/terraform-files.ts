// Terraform's configuration on this machine, and root modules with a remote state, for tests with a real Terraform.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Terraform's CLI configuration: yours, the one that script/bootstrap wrote, or the same for this run only. */
export function terraformConfig(): string {
  const yours = process.env['TF_CLI_CONFIG_FILE']
  if (yours !== undefined && existsSync(yours)) return yours
  const bootstrapped = join(root, '.rehearsal/terraform.rc')
  if (existsSync(bootstrapped)) return bootstrapped
  const folder = mkdtempSync(join(tmpdir(), 'slipway-terraform-rc-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const script = '. script/lib/say.sh; . script/lib/terraform.sh; write_terraform_config "$(provider_mirror)" "$0"'
  const file = join(folder, 'terraform.rc')
  writeFileSync(file, execFileSync('bash', ['-c', script, folder], { cwd: root }))
  return file
}

/** A backend block: S3 with its lock. AWS_ENDPOINT_URL sets the endpoint. */
export const s3Backend = (bucket: string, key: string): string => `terraform {
  backend "s3" {
    bucket                      = "${bucket}"
    key                         = "${key}"
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
  }
}
`

/**
 * A lock file with the version of the AWS provider that the example has, so that no other version is downloaded. Without its checksums,
 * as each command would read 700 MB for them; `init -lockfile=readonly` leaves it so.
 */
export function awsProviderLock(): Readonly<Record<string, string>> {
  const name = '.terraform.lock.hcl'
  const locked = readFileSync(join(root, 'examples/web/infra', name), 'utf8')
  return { [name]: locked.replace(/^ *hashes = \[[^\]]*\]\n/gm, '') }
}

/** Writes files below a folder, with the folders between. */
export function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}
