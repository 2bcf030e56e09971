import { formatRepository } from '../../../../toolkit/image-reference.ts'
import { ellipsis } from '../../../../toolkit/text/cut.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { code, details, heading, html, join, table, text } from '../../../../toolkit/text/markdown.ts'
import type { PlatformImage } from '../image/platform-images.ts'
import { formatSize } from '../image/size.ts'
import type { PreviousImage } from '../publish/previous-image.ts'
import type { PublishReport } from './publish-report.ts'

const TITLES = { built: 'built', skipped: 'unchanged, not built again', promoted: 'promoted' } as const

/** The job summary of a published image. */
export function renderSummary({ outcome, image, platforms, previous, published, stages }: PublishReport): string {
  const name = published[0]?.destination.repository.path.split('/').at(-1) ?? ''
  const steps = outcome.kind === 'built' ? outcome.built.steps : []
  const size = platforms
    .map(({ platform, size }) => `${platform === '' ? '' : `${text(platform)}: `}${formatSize(size)}`)
    .join(', ')
  return join(
    heading(3, `Image ${code(name)}: ${TITLES[outcome.kind]}`),
    table(
      ['Repository', 'Tags', 'Sent'],
      published.map(({ destination, tally }) => [
        code(formatRepository(destination.repository)),
        destination.tags.map(({ tag }) => code(tag)).join(' '),
        tally.blobs.sent === 0 ? 'nothing' : formatSize(tally.sent),
      ]),
    ),
    `${code(image.digest)} · ${size}`,
    previous === undefined ? undefined : comparison(platforms, previous),
    bars(stages.map(({ name, ms }) => ({ label: name, ms, note: '' }))),
    steps.length === 0
      ? undefined
      : details(
          `Build steps (${steps.filter(({ cached }) => cached).length} of ${steps.length} from the cache)`,
          bars(steps.map(({ title, cached, ms }) => ({ label: title, ms, note: cached ? 'cached' : '' }))),
        ),
    ...platforms.map(layerTable),
  )
}

/** How the image differs from the previous image of a tag, for each platform. */
function comparison(platforms: readonly PlatformImage[], previous: PreviousImage): string {
  const lines = platforms.map(({ platform, size, layers }) => {
    const before = previous.platforms.find((image) => image.platform === platform)
    const name = platform === '' ? '' : `${text(platform)}: `
    if (before === undefined) return `${name}new`
    const known = new Set(before.layers.map(({ digest }) => digest))
    const fresh = layers.filter(({ digest }) => !known.has(digest))
    const change = size - before.size
    const sign = change < 0 ? '−' : '+'
    const pulled = fresh.reduce((sum, layer) => sum + layer.size, 0)
    return `${name}${sign}${formatSize(Math.abs(change))}, ${fresh.length} of ${layers.length} layers are new (${formatSize(pulled)})`
  })
  return `Compared with the previous ${code(previous.tag)} (${code(previous.digest.slice(0, 19))}): ${lines.join('; ')}`
}

const WIDTH = 24

/** A table of times, with a bar for each. */
function bars(rows: readonly { label: string; ms: number; note: string }[]): string {
  const longest = Math.max(1, ...rows.map(({ ms }) => ms))
  return table(
    ['', 'Time', ''],
    rows.map(({ label, ms, note }) => [
      code(ellipsis(label, 80)),
      note || formatDuration(ms),
      note ? '' : '█'.repeat(Math.max(1, Math.round((ms / longest) * WIDTH))),
    ]),
  )
}

function layerTable({ platform, layers, config }: PlatformImage): string {
  const makers = (config.history ?? []).filter(({ empty_layer }) => !empty_layer)
  const rows = layers.map(({ size }, at) => [formatSize(size), code(shortStep(makers[at]?.created_by ?? ''))])
  return details(`Layers${platform === '' ? '' : ` (${html(platform)})`}`, table(['Size', 'Made by'], rows))
}

/** The instruction that made a layer, without the shell's name. */
function shortStep(createdBy: string): string {
  const step = createdBy
    .replace(/^\/bin\/sh -c (#\(nop\) +)?/, '')
    .replace(/\s+/g, ' ')
    .trim()
  return step === '' ? '?' : ellipsis(step, 100)
}
