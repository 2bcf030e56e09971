import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDir, extractZip, find } from '@actions/tool-cache'
import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { isConnectionError } from '../../../../toolkit/http/connection-error.ts'
import { openHttp, readBody } from '../../../../toolkit/http/http.ts'
import { followRedirects } from '../../../../toolkit/http/redirects.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import { VERSION } from '../../../../toolkit/version.ts'
import type { ToolInputs } from '../inputs/inputs.ts'
import { newestOf, parseVersion } from './version-constraint.ts'
import type { WantedVersion } from './wanted-version.ts'

/** Where releases are published. A mirror has the same files under another URL. */
interface Releases {
  readonly binary: string
  /** URL of the list of versions. */
  readonly index: string
  readonly folder: (version: string) => string
}

/** Downloads the newest version that satisfies, unless the runner's tool cache has it. Returns the path of the program. */
export async function download(world: World, inputs: ToolInputs, wanted: WantedVersion): Promise<string> {
  const { tool } = inputs
  const releases = releasesOf(inputs)
  const version = await choose(world, releases, wanted)
  const known = find(tool, version)
  if (known !== '') return join(known, releases.binary)

  const name = `${releases.binary}_${version}_${platform()}.zip`
  const folder = releases.folder(version)
  world.log.info(`Downloading ${folder}/${name} (${wanted.from} requires ${wanted.text})`)
  const sums = await fetchBytes(world, `${folder}/${releases.binary}_${version}_SHA256SUMS`)
  const archive = await fetchBytes(world, `${folder}/${name}`, ARCHIVE_BYTES)
  verifyChecksum(name, archive, sums.toString())
  return join(await install(archive, tool, version, world.env), releases.binary)
}

/** Unpacks an archive into the runner's tool cache. Returns its folder there. */
async function install(archive: Buffer, tool: string, version: string, env: Environment): Promise<string> {
  const folder = await mkdtemp(join(env['RUNNER_TEMP'] || tmpdir(), 'slipway-download-'))
  try {
    const file = join(folder, 'archive.zip')
    await writeFile(file, archive)
    return await cacheDir(await extractZip(file, join(folder, 'content')), tool, version)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @throws SlipwayError unless the SHA-256 of the file is in the publisher's list of checksums. */
export function verifyChecksum(name: string, content: Uint8Array, sums: string): void {
  const listed = sums
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, file]) => file === name)?.[0]
  const found = createHash('sha256').update(content).digest('hex')
  if (listed === found) return
  throw new SlipwayError(
    listed === undefined
      ? `${name} is not in its publisher's list of checksums.`
      : `${name} has SHA-256 ${found}; its publisher lists ${listed}.`,
    {
      hint: 'It was not run. Run the step again. If the checksum differs again, the mirror or the network alters files.',
    },
  )
}

function releasesOf({ tool, downloadUrl }: ToolInputs): Releases {
  if (tool === 'terraform') {
    const base = downloadUrl ?? 'https://releases.hashicorp.com/terraform'
    return { binary: 'terraform', index: `${base}/index.json`, folder: (version) => `${base}/${version}` }
  }
  const base = downloadUrl ?? 'https://github.com/opentofu/opentofu/releases/download'
  const index = downloadUrl === undefined ? 'https://get.opentofu.org/tofu/api.json' : `${base}/api.json`
  return { binary: 'tofu', index, folder: (version) => `${base}/v${version}` }
}

async function choose(world: World, { index }: Releases, { text, from, allows }: WantedVersion): Promise<string> {
  // An exact version needs no list.
  if (/^\d+\.\d+\.\d+/.test(text) && parseVersion(text) !== undefined) return text
  const { versions } = parseJson((await fetchBytes(world, index)).toString(), `The list \`${index}\``) as {
    versions: Record<string, unknown> | { id: string }[]
  }
  const known = Array.isArray(versions) ? versions.map(({ id }) => id) : Object.keys(versions)
  const newest = newestOf(known, allows)
  if (newest !== undefined) return newest
  throw new SlipwayError(`No published version satisfies \`${text}\`, which ${from} requires.`, {
    hint: `The list is ${index}.`,
  })
}

/** More than ten times what they have today: the list of all versions and builds, and the program itself. */
const LIST_BYTES = 64 * 1024 * 1024
const ARCHIVE_BYTES = 1024 * 1024 * 1024

/** The body of a URL, in memory. Follows redirects, and retries connection errors and the statuses that a server gives while it is overloaded. */
async function fetchBytes({ clock, env, signal }: World, url: string, limitBytes = LIST_BYTES): Promise<Buffer> {
  const http = followRedirects(openHttp(env, { keepAlive: false }))
  const headers = { 'user-agent': `slipway/${VERSION}` }
  const fetchOnce = async () => {
    const answer = await http({ method: 'GET', url: new URL(url), headers, large: true, signal })
    const body = await readBody(answer, limitBytes)
    const { statusCode = 0 } = answer
    if (statusCode === 200) return body
    throw Object.assign(new Error(`HTTP status ${statusCode}`), { statusCode })
  }
  try {
    return await retry(fetchOnce, {
      clock,
      signal,
      attempts: 5,
      delayMs: 1_000,
      retryable: (error) => isConnectionError(error) || isOverloaded(error as { readonly statusCode?: number }),
    })
  } catch (cause) {
    throwIfCancelled(signal)
    throw notDownloaded(url, cause)
  }
}

const isOverloaded = ({ statusCode = 0 }: { readonly statusCode?: number }): boolean =>
  statusCode === 408 || statusCode === 429 || statusCode >= 500

const notDownloaded = (url: string, cause: unknown) =>
  new SlipwayError(`${url} could not be downloaded.`, {
    hint: 'Check the version, and that the runner can reach that address. `download-url` sets a mirror. Nothing is downloaded if a version that fits is on the PATH.',
    cause,
  })

function platform(): string {
  const os = { darwin: 'darwin', linux: 'linux' }[process.platform as string]
  const architecture = { arm64: 'arm64', x64: 'amd64', ia32: '386', arm: 'arm' }[process.arch as string]
  if (os !== undefined && architecture !== undefined) return `${os}_${architecture}`
  throw new SlipwayError(`terraform-apply runs on Linux and macOS, not on ${process.platform} (${process.arch}).`, {
    hint: 'Set `runs-on` of the job to such a runner, for example `ubuntu-latest`.',
  })
}
