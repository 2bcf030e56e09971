// build-image with stand-ins for hosts of the internet. While it runs, all is collected that others on this machine can read.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeTestImages } from '../busybox-image.ts'
import { type Host, startInternet } from '../internet.ts'
import { runStep, type StepResult, source } from '../run-action.ts'
import { secretForms } from '../secret-forms.ts'
import { type ImageSources, imageSources } from './image-sources.ts'
import { type OciRegistry, startOciRegistry } from './oci-registry.ts'

type Values = Readonly<Record<string, string>>

const CONFIG = '{"auths":{"ghcr.io":{"auth":"c29tZTpvbmU="}}}'

export interface RemoteBuild {
  readonly sources: ImageSources
  /** A registry of this machine that needs no login. */
  readonly plain: OciRegistry
  /** Runs the action. It leaves no file, and does not change the user's Docker configuration. */
  run(inputs: Values, env?: Values): Promise<StepResult>
  /** The login was neither in the log nor, at any login or push, in a process's arguments or in a file. */
  expectNoLeak(log: string, login: { readonly username: string; readonly password: string }): void
  close(): Promise<void>
}

/** `hosts` answer as the internet does; they call `look` when a secret may be about. `test` labels what is built. */
export async function startRemoteBuild(
  test: string,
  hosts: (look: () => void) => Readonly<Record<string, Host>>,
): Promise<RemoteBuild> {
  const plain = await startOciRegistry()
  const temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  const config = mkdtempSync(join(tmpdir(), 'slipway-docker-config-'))
  writeFileSync(join(config, 'config.json'), CONFIG)
  const sources = imageSources(test, ['CMD ["busybox", "true"]'])
  let seen = ''
  const look = () => {
    seen += execFileSync('ps', ['-eo', 'args', 'ww'], { encoding: 'utf8' })
    for (const folder of [temp, config]) {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      for (const { parentPath, name } of files) seen += readFileSync(join(parentPath, name), 'latin1')
    }
  }
  const internet = await startInternet(hosts(look))
  return {
    sources,
    plain,
    async run(inputs, env = {}) {
      seen = ''
      const step = await runStep(source('build-image'), {
        inputs: { ...(inputs['promote'] === undefined ? { context: sources.folder } : {}), tags: 'v1', ...inputs },
        env: {
          AWS_ACCESS_KEY_ID: '',
          AWS_ENDPOINT_URL: '',
          SOURCE_DATE_EPOCH: '1700000000',
          RUNNER_TEMP: temp,
          DOCKER_CONFIG: config,
          ...internet.env,
          ...env,
        },
      })
      expect(readFileSync(join(config, 'config.json'), 'utf8')).toBe(CONFIG)
      expect([readdirSync(config), readdirSync(temp)]).toEqual([['config.json'], []])
      expect(internet.unknown).toEqual([])
      return step
    },
    expectNoLeak(log, { username, password }) {
      expect(seen).toContain(source('build-image'))
      const all = log.replace(/^::add-mask::.*$/gm, '') + seen
      expect(secretForms(password, username).filter((form) => all.includes(form))).toEqual([])
    },
    async close() {
      await internet.close()
      await plain.close()
      sources.remove()
      await removeTestImages(test)
      for (const folder of [temp, config]) rmSync(folder, { recursive: true, force: true })
    },
  }
}
