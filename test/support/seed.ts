/** Another number each day, the same for all runs of a day. SLIPWAY_SEED repeats that of a run which failed. */
export const seedOfTheDay = Number(
  process.env['SLIPWAY_SEED'] ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''),
)
