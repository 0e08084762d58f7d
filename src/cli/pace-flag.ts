import {Flags} from '@oclif/core'

/** How fast a lab is. It is not called profile: that word is for a profile of the AWS configuration. */
export const paceFlag = () =>
  Flags.option({
    description: 'Speed of the lab: `instant` adds no delays, `paced` adds delays like those of AWS, but shorter',
    options: ['instant', 'paced'] as const,
    default: 'instant' as const,
  })()
