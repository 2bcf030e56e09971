// Memory and time that our process takes to read a plan and render it: `node bench/terraform-apply-render.ts [MB]`.
import './help.ts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { approvalOf } from '../actions/terraform-apply/src/approval/approval.ts'
import { changesOf, driftOf, outputChangesOf } from '../actions/terraform-apply/src/plan-json/changes.ts'
import type { Plan } from '../actions/terraform-apply/src/plan-json/plan-json.ts'
import { scrubber, secretsOf } from '../actions/terraform-apply/src/plan-json/sensitive-values.ts'
import { planReport } from '../actions/terraform-apply/src/report/plan-report.ts'
import { breachesOf } from '../actions/terraform-apply/src/review/guard-rails.ts'
import { exec } from '../toolkit/process/exec.ts'

const [megabytes = '50', file] = process.argv.slice(2)
if (file === undefined) inAnother(Number(megabytes))
else await measure(file)

/** Writes the plan here and renders it in another process, so that its memory is that of rendering alone. */
function inAnother(size: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  try {
    const path = join(folder, 'plan.json')
    writeFileSync(path, JSON.stringify(planOf(size * 1024 * 1024)))
    spawnSync(process.execPath, [import.meta.filename, megabytes, path], { stdio: 'inherit' })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Updates of task definitions, each with a JSON document in a string and a secret. */
function planOf(bytes: number): Plan {
  const one = (index: number) => {
    const values = (image: string) => ({
      family: `service-${index}`,
      password: `secret-${index % 50}-value`,
      container_definitions: JSON.stringify(
        Array.from({ length: 8 }, (_, container) => ({ name: `c${container}`, image, cpu: 256, environment: [] })),
      ),
    })
    return {
      address: `module.service[${index}].aws_ecs_task_definition.this`,
      mode: 'managed' as const,
      type: 'aws_ecs_task_definition',
      name: 'this',
      change: {
        actions: ['delete', 'create'] as const,
        before: values('web:1'),
        after: values('web:2'),
        after_unknown: { arn: true, revision: true },
        before_sensitive: { password: true },
        after_sensitive: { password: true },
        replace_paths: [['container_definitions']],
      },
    }
  }
  const count = Math.ceil(bytes / JSON.stringify(one(1000)).length)
  return {
    format_version: '1.2',
    terraform_version: '1.11.4',
    applyable: true,
    resource_changes: Array.from({ length: count }, (_, index) => one(index)),
  }
}

async function measure(path: string): Promise<void> {
  const before = process.resourceUsage().maxRSS
  const began = performance.now()
  const { stdout } = await exec('cat', [path])
  const plan = JSON.parse(stdout) as Plan
  const scrub = scrubber(secretsOf(plan))
  const changes = changesOf(plan)
  const rails = { maxDestroys: 10, protectedTypes: ['aws_db_*'], protectedAddresses: [], lifted: [] }
  const breaches = breachesOf(changes, rails)
  const { fingerprint } = approvalOf(plan, 'bench', 'a key of the benchmark')
  const view = {
    title: 'bench',
    changes,
    outputs: outputChangesOf(plan),
    drift: driftOf(plan),
    notes: [fingerprint],
    scrub,
  }
  const report = scrub(planReport(view, 256 * 1024))
  const seconds = (performance.now() - began) / 1000
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(
    `A plan of ${(statSync(path).size / 1024 / 1024).toFixed(0)} MB (${changes.length} changes, ${breaches.length} stopped by guard rails) is a report of ` +
      `${Math.round(report.length / 1024)} KB after ${seconds.toFixed(1)} s; peak memory ${peak} MB, of which ${Math.round(before / 1024)} MB before`,
  )
}
