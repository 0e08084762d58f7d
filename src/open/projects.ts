/** New projects, for `init`. */

import type {Projects} from '../ports/projects.js'

export const openProjects = async (): Promise<Projects> => (await import('../adapters/fs/projects.js')).fsProjects
