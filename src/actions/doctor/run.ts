/** The verb: examine, count, and what it comes to. */

import type {ExitName} from '../../errors.js'
import {countsOf, exitOf} from '../../model/finding.js'
import {examine} from './examine.js'
import type {Patient} from './examine.js'
import type {DoctorResult} from './result.js'

export async function runDoctor(patient: Patient): Promise<{result: DoctorResult; exit: ExitName}> {
  const findings = await examine(patient)
  const result: DoctorResult = {schemaVersion: 1, target: patient.target.name, findings, counts: countsOf(findings)}
  return {result, exit: exitOf(findings)}
}
