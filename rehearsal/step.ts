import './runner/json-imports.ts'

const { main } = await import('./step/main.ts')
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  return 1
})
