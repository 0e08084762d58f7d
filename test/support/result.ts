/** A result to vary. */

import {LAB_NOTICE} from '../../src/measure/result.js'
import type {DrillResult} from '../../src/measure/result.js'

export const result = (more: Partial<DrillResult> = {}): DrillResult => ({
  schemaVersion: 1,
  runId: '20260102T030405678Z-drill-region-loss-1a2b',
  target: 'lab',
  scenario: 'region-loss',
  verdict: 'passed',
  objectives: {rtoSeconds: 900, rpoSeconds: 5},
  rto: {
    write: {
      seconds: 1.421,
      errorSeconds: 0.02,
      lowerBound: false,
      met: true,
      recovered: true,
      episodes: [{from: 1_767_323_045_000.25, to: 1_767_323_046_421.25}],
    },
    read: {seconds: null, errorSeconds: 0.02, lowerBound: false, met: true, recovered: true, episodes: []},
    operatorSeconds: 1.6,
  },
  rpo: {
    acknowledged: 1000,
    lostCount: 1,
    lost: [{requestId: '0f0e0d0c-0b0a-8908-8706-050403020100', acknowledgedAt: '2026-01-02T03:04:04.700Z'}],
    unsureCount: 2,
    windowSeconds: 0.305,
    met: true,
    checked: true,
    unsureSurvivedCount: 0,
    acknowledgedBefore: true,
    lagEstimateSeconds: 0.3,
  },
  singleWriter: {valid: true, overlaps: [], withoutRegion: 0, through: ['edge']},
  phases: [
    {id: 'detect', seconds: 0.25},
    {id: 'decide', seconds: 0.25},
    {id: 'fence', seconds: 0.5},
    {id: 'promote', seconds: 1},
    {id: 'edge', seconds: 0},
  ],
  topology: {
    before: {primary: 'us-east-1', standby: 'us-east-2', edge: 'us-east-1', replication: 'ok'},
    afterFailover: {primary: 'us-east-2', standby: 'us-east-1', edge: 'us-east-2', replication: 'broken'},
    afterFailback: null,
  },
  runDirectory: '/state/runs/20260102T030405678Z-drill-region-loss-1a2b',
  run: {status: 'done'},
  notices: [LAB_NOTICE],
  probes: {ratePerSecond: 50, seed: 1, sent: 2000, skipped: 0, maxLateSeconds: 0.004},
  times: {
    startedAt: '2026-01-02T03:04:00.000Z',
    outageAt: '2026-01-02T03:04:05.000Z',
    commandAt: '2026-01-02T03:04:05.010Z',
    endedAt: '2026-01-02T03:04:09.000Z',
  },
  ...more,
})
