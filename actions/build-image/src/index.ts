import { run } from '../../../toolkit/runtime.ts'
import { TAGS_STATE } from './engine-push/engine-tags.ts'
import { main } from './main.ts'
import { post } from './post.ts'
import { FOLDER_STATE } from './runner/temporary-folder.ts'

run({ main, post, state: [FOLDER_STATE, TAGS_STATE] })
