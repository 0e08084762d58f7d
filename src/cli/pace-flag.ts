import {Flags} from '@oclif/core'
import {LAB_PACES} from '../ports/lab-admin.js'

/** How fast a lab is. It is not called profile: that word is for a profile of the AWS configuration. */
export const paceFlag = () =>
  Flags.option({
    description:
      'Speed of the lab: `instant` adds no delays, `paced` adds delays like those of AWS, but shorter, `hostile` also shows old states, answers slowly and loses answers',
    options: LAB_PACES,
    default: 'instant' as const,
  })()
