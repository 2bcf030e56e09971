import './runner/json-imports.ts'

const { main } = await import('./rehearse/main.ts')
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : error}`)
  return 1
})
