// A module of terraform/modules, applied by a real Terraform to the rehearsal cloud.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GetRoleCommand, GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam'
import { type Cloud, type CloudOptions, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { type Policy, parsePolicy } from '../../../rehearsal/cloud/iam/policy.ts'
import { type AttachedProvider, startProvider } from '../terraform-apply/attached-provider.ts'
import { terraformConfig } from '../terraform-apply/terraform-files.ts'

const modules = fileURLToPath(new URL('../../../terraform/modules/', import.meta.url))

interface Ran {
  readonly code: number
  readonly output: string
}

/** A root module that a test writes, in a folder with the module beside it: `source = "./NAME"`. */
export class ModuleStack {
  readonly folder: string
  readonly cloud: Cloud
  readonly iam: IAMClient
  #provider: AttachedProvider | undefined

  private constructor(folder: string, cloud: Cloud) {
    this.folder = folder
    this.cloud = cloud
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = cloud.env
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
    this.iam = new IAMClient({ endpoint: cloud.url, region: 'us-east-1', credentials })
  }

  static async start(module: string, options: CloudOptions = {}): Promise<ModuleStack> {
    const folder = mkdtempSync(join(tmpdir(), `slipway-${module}-`))
    cpSync(join(modules, module), join(folder, module), { recursive: true })
    return new ModuleStack(folder, await startCloud(options))
  }

  write(main: string, file = 'main.tf'): void {
    writeFileSync(join(this.folder, file), main)
  }

  /** `terraform init`. Later commands share one process of the provider. */
  async init(): Promise<void> {
    await this.succeeded('init', '-input=false')
    this.#provider = await startProvider(this.folder, this.cloud.env)
  }

  apply(): Promise<string> {
    return this.succeeded('apply', '-input=false', '-auto-approve')
  }

  terraform(...args: readonly string[]): Promise<Ran> {
    const env = {
      ...process.env,
      ...this.cloud.env,
      ...this.#provider?.env,
      TF_CLI_CONFIG_FILE: terraformConfig(),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      TF_CLI_ARGS: '-no-color',
    }
    return new Promise((resolve) => {
      execFile('terraform', args, { cwd: this.folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code) || 1, output: stdout + stderr })
      })
    })
  }

  async succeeded(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.terraform(...args)
    expect(code === 0 ? '' : output).toBe('')
    return output
  }

  /** The document of an inline policy of a role, as IAM has it. */
  async policyDocument(RoleName: string, PolicyName: string): Promise<string> {
    const { PolicyDocument = '' } = await this.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))
    return decodeURIComponent(PolicyDocument)
  }

  /** All inline policies of a role. */
  async policies(RoleName: string): Promise<readonly Policy[]> {
    const { PolicyNames = [] } = await this.iam.send(new ListRolePoliciesCommand({ RoleName }))
    const documents = await Promise.all(PolicyNames.map((name) => this.policyDocument(RoleName, name)))
    return documents.map(parsePolicy)
  }

  /** The trust policy of a role. */
  async trust(RoleName: string): Promise<string> {
    const { Role } = await this.iam.send(new GetRoleCommand({ RoleName }))
    return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')
  }

  async close(): Promise<void> {
    this.#provider?.stop()
    this.iam.destroy()
    await this.cloud.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
