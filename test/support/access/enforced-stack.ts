// The module ci-access in a rehearsal cloud that enforces what it made: trust policies, and the permissions of its roles.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enforceTrust } from '../../../rehearsal/cloud/authorization/trust.ts'
import { type Policy, parsePolicy } from '../../../rehearsal/cloud/iam/policy.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { ModuleStack } from '../modules/module-stack.ts'
import { jobClaims, tokenIssuer } from '../oidc.ts'
import { runStep, type StepResult, source } from '../run-action.ts'
import { AccessRecord } from './access-record.ts'

export const ACCOUNT = '123456789012'
export const REGION = 'us-east-1'

export type Env = Readonly<Record<string, string>>

export class EnforcedStack {
  readonly stack: ModuleStack
  readonly clock: ManualClock
  /** RUNNER_TEMP of steps. */
  readonly temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  /** Policies by the name of the role. A role without any may do everything. */
  readonly policies: Map<string, readonly Policy[]>
  /** What the calls of such roles needed. A test replaces it to tell actions apart. */
  record = new AccessRecord()

  private constructor(stack: ModuleStack, clock: ManualClock, policies: Map<string, readonly Policy[]>) {
    this.stack = stack
    this.clock = clock
    this.policies = policies
    writeFileSync(join(this.temp, 'env'), '')
  }

  /** Applies a root module with ci-access, and enforces from then on what its roles `web-deploy-…` may do. */
  static async start(main: string, environments: readonly string[]): Promise<EnforcedStack> {
    const clock = new ManualClock(Date.now())
    const policies = new Map<string, readonly Policy[]>()
    const trusts = new Map<string, Policy>()
    const trusted = enforceTrust((arn) => trusts.get(arn.replace(/^.*role\//, '')))
    let enforced: EnforcedStack | undefined
    const stack = await ModuleStack.start('ci-access', {
      clock,
      intercept: (call) =>
        trusted(call) ?? enforced?.record.guard(({ caller }) => policies.get(caller.role ?? ''))(call),
    })
    stack.write(main)
    await stack.init()
    await stack.apply()
    for (const environment of environments) {
      const role = `web-deploy-${environment}`
      trusts.set(role, parsePolicy(await stack.trust(role)))
      policies.set(role, await stack.policies(role))
    }
    enforced = new EnforcedStack(stack, clock, policies)
    return enforced
  }

  /** The permissions of a role of the module, as IAM has them. */
  policiesOf(environment: string): readonly Policy[] {
    return this.policies.get(`web-deploy-${environment}`) ?? []
  }

  /** Runs assume-role for a role of the module. */
  assumeRole(environment: string, inputs: Env, env: Env): Promise<StepResult> {
    const role = `arn:aws:iam::${ACCOUNT}:role/web-deploy-${environment}`
    return runStep(source('assume-role'), {
      inputs: { 'role-to-assume': role, 'aws-region': REGION, 'output-credentials': 'true', ...inputs },
      env: { ...this.stack.cloud.env, ...env, GITHUB_ENV: join(this.temp, 'env') },
    })
  }

  /** Runs assume-role in a job with this `sub`. Gives the environment of the steps after it. */
  async job(environment: string, sub: string): Promise<{ readonly log: string; readonly env: Env }> {
    const issuer = await tokenIssuer((aud) => jobClaims({ aud, sub }))
    const { log, outputs } = await this.assumeRole(environment, {}, issuer.env)
    await issuer.close()
    const output = (name: string) => outputs[name] ?? ''
    const credentials = {
      AWS_ACCESS_KEY_ID: output('aws-access-key-id'),
      AWS_SECRET_ACCESS_KEY: output('aws-secret-access-key'),
      AWS_SESSION_TOKEN: output('aws-session-token'),
    }
    return { log, env: { ...this.stack.cloud.env, ...credentials } }
  }

  /** Credentials of a session of any role, whether it exists or not. */
  session(account: string, role: string): Env {
    const arn = `arn:aws:sts::${account}:assumed-role/${role}/run`
    const keys = this.stack.cloud.accounts.issue({ account, arn, userId: 'AROA:run', role }, 3600)
    return {
      AWS_ACCESS_KEY_ID: keys.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
      AWS_SESSION_TOKEN: keys.SessionToken,
    }
  }

  async close(): Promise<void> {
    await this.stack.close()
    rmSync(this.temp, { recursive: true, force: true })
  }
}

/** The log of a step that failed. */
export const failureOf = ({ code, log }: StepResult): string => (code === 0 ? '' : log)
