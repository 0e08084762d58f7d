/** What bin/run.js needs of oclif, bundled: the same one that the commands are made of. */

export {flush, handle, run} from '@oclif/core'
