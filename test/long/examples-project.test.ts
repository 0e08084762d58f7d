import {playDay} from '../support/play-day.js'

playDay('a project')
