import {playDay} from '../support/play-day.js'

playDay('the failover pipelines')
