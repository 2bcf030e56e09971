// download-terraform.mjs VERSION FILE: fetches that release for this machine, and keeps it only when its checksum is the
// one that its publisher lists. Runs before any package is installed.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'

const [version, file] = process.argv.slice(2)
const releases = process.env.TERRAFORM_RELEASES || 'https://releases.hashicorp.com/terraform'
const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch
const name = `terraform_${version}_${process.platform}_${architecture}.zip`

async function fetched(path) {
  const url = `${releases}/${version}/${path}`
  const response = await fetch(url).catch((error) => {
    throw new Error(`${url} cannot be reached: ${error.cause?.message ?? error.message}`)
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

const [archive, sums] = await Promise.all([fetched(name), fetched(`terraform_${version}_SHA256SUMS`)])
const listed = sums
  .toString()
  .split('\n')
  .find((line) => line.endsWith(`  ${name}`))
  ?.split(' ')[0]
const found = createHash('sha256').update(archive).digest('hex')
if (listed !== found) throw new Error(`${name} has the SHA-256 ${found}, and should have ${listed}. It is not used.`)
writeFileSync(file, archive)
