import { systemClock } from '../../../toolkit/clock.ts'
import { run } from '../../../toolkit/runtime.ts'
import { main, post } from './main.ts'
import { interrupt, interruptOrder } from './terraform/interrupter.ts'

const order = interruptOrder()
if (order === undefined) run({ main, post })
else await interrupt(order, systemClock)
