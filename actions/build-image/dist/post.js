process.env['SLIPWAY_PHASE'] = 'post'
await import('./index.js')
