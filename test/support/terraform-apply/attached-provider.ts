// The AWS provider as one process to which several Terraform commands attach. A command that starts the provider itself reads all of
// its 700 MB for a checksum and starts it two or three times, which is almost half of the command's processor time.
import { spawn } from 'node:child_process'
import { readdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'

/** Not for a run that is cancelled or killed: Terraform starts its own provider there, as in a user's run. */
export interface AttachedProvider {
  /** Makes Terraform attach. Credentials and endpoint are those with which the provider was started. */
  readonly env: Readonly<Record<string, string>>
  stop(): void
}

// The provider logs every call otherwise.
const QUIET = { TF_LOG_SDK: 'off', TF_LOG_SDK_PROTO: 'off', TF_LOG_PROVIDER: 'off' }

/** Starts the provider that `terraform init` has installed for a root module. */
export async function startProvider(
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<AttachedProvider> {
  // With a CA bundle, a process of the provider can be configured only once. The rehearsal cloud has no TLS.
  const { AWS_CA_BUNDLE: _, ...inherited } = process.env
  const child = spawn(installed(directory), ['-debug'], {
    env: { ...inherited, ...env, ...QUIET },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const [, value] = /TF_REATTACH_PROVIDERS='(.*)'/.exec(line) ?? []
    if (value !== undefined) return { env: { TF_REATTACH_PROVIDERS: value }, stop: () => child.kill('SIGINT') }
  }
  throw new Error('The AWS provider ended before it listened.')
}

/** Path of the provider's program in the mirror or cache, which outlives the folder of the root module. */
function installed(directory: string): string {
  const folder = join(directory, '.terraform/providers/registry.terraform.io/hashicorp/aws')
  const platforms = readdirSync(folder).flatMap((version) =>
    readdirSync(join(folder, version)).map((platform) => realpathSync(join(folder, version, platform))),
  )
  const programs = platforms.flatMap((platform) => readdirSync(platform).map((name) => join(platform, name)))
  const found = programs.find((path) => basename(path).startsWith('terraform-provider-aws'))
  if (found === undefined) throw new Error(`No AWS provider is installed in ${directory}.`)
  return found
}
