/** The verb: examine, count, and what it comes to. */

import type {ExitName} from '../../errors.js'
import {examine} from './examine.js'
import type {Patient} from './examine.js'
import {exitOf} from './finding.js'
import type {DoctorResult} from './result.js'

export async function runDoctor(patient: Patient): Promise<{result: DoctorResult; exit: ExitName}> {
  const findings = await examine(patient)
  const counts: DoctorResult['counts'] = {ok: 0, warning: 0, problem: 0, unknown: 0}
  for (const {level} of findings) counts[level]++
  return {result: {schemaVersion: 1, target: patient.target.name, findings, counts}, exit: exitOf(findings)}
}
