/** The kinds of drift, in the order in which they are told. A new one is a file and a line here. */

import type {Kind} from './kind.js'
import {regions} from './regions.js'
import {rows} from './rows.js'
import {schema} from './schema.js'
import {template} from './template.js'

export const KINDS: readonly Kind[] = [template, regions, schema, rows]
