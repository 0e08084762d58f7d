import {playDay} from '../support/play-day.js'

playDay('drills')
