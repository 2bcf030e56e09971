// `--help` of a benchmark prints the comment at the top of its file. Imported first, so that `--help` measures nothing.
import { readFileSync } from 'node:fs'

if (process.argv.includes('--help')) {
  const lines = readFileSync(process.argv[1] ?? '', 'utf8').split('\n')
  const end = lines.findIndex((line) => !line.startsWith('//'))
  console.log(
    lines
      .slice(0, end)
      .map((line) => line.replace(/^\/\/ ?/, ''))
      .join('\n'),
  )
  process.exit(0)
}
