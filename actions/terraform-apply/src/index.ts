import { systemClock } from '../../../toolkit/clock.ts'
import { run } from '../../../toolkit/runtime.ts'
import { main } from './main.ts'
import { post } from './post.ts'
import { interrupt, interruptOrder } from './terraform/interrupter.ts'

const order = interruptOrder()
if (order === undefined) run({ main, post })
else await interrupt(order, systemClock)
