// Preloaded into an action's process: makes its clock SPEED times as fast, and writes its memory use to the file
// MEMORY twice a second, after a garbage collection.
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

const speed = Number(process.env['SPEED'])
const file = process.env['MEMORY'] ?? ''

const now = Date.now
const start = now()
Date.now = () => start + (now() - start) * speed
const sleep = timers.setTimeout
timers.setTimeout = (ms, value, options) => sleep((ms ?? 0) / speed, value, options)
syncBuiltinESMExports()

setInterval(() => {
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  appendFileSync(file, `${JSON.stringify({ at: Date.now(), heapUsed, rss })}\n`)
}, 500).unref()
