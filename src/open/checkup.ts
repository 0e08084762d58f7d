/** Opens what `doctor` examines. Never refuses: what is wrong with the target is a finding, too. */

import {dirname, resolve} from 'node:path'
import type {AwsAccess} from '../adapters/aws/clients.js'
import {loadConfig} from '../config/load.js'
import {resolveTarget} from '../config/target.js'
import {targetAbsent, targetFound, targetWrong} from '../actions/doctor/examine.js'
import type {Patient} from '../actions/doctor/examine.js'
import {DrError} from '../errors.js'
import type {Region} from '../model/deployment.js'
import {homeFirst} from '../model/regions.js'

export interface OpenCheckup {
  patient: Patient
  close(): Promise<void>
}

/** Those of a new project, for a machine on which nobody has named others. */
const USUAL: [Region, Region] = ['us-east-1', 'us-east-2']

export async function openCheckup(options: {flag?: string; folder: string; signal: AbortSignal}): Promise<OpenCheckup> {
  const {flag, folder, signal} = options
  const {machine} = await import('../adapters/machine.js')
  const loaded = await loadConfig(folder).catch(() => undefined)
  const infra = loaded && resolve(dirname(loaded.file), loaded.config.infra)
  const base = {machine, infra, lab: false, regions: USUAL}
  const without = (name: string, error: DrError): OpenCheckup => ({
    patient: {...base, target: {name, judgement: targetWrong(error.message, error.next ?? 'todo-dr doctor')}},
    close: async () => undefined,
  })

  try {
    const found = await resolveTarget({flag, folder})
    if (found.kind === 'aws') {
      const {name, app, regions, account, profile, endpoint} = found
      const both = homeFirst(regions)
      const judgement = targetFound(`${name}: ${app}, ${both.join(' and ')}`)
      return await withAws({profile, endpoint}, signal, {
        ...base,
        target: {name, judgement},
        app,
        account,
        regions: both,
      })
    }

    const {connectLab, labCredentials} = await import('../adapters/lab/index.js')
    const lab = await connectLab(found.lab)
      .status()
      .catch((error: unknown) => {
        // Nobody asked for a lab: then AWS is what a machine with nothing is examined for.
        if (flag || !(error instanceof DrError) || error.code !== 'NoLab') throw error
      })
    if (lab === undefined) {
      const judgement = targetAbsent('no todo-dr.yaml here or above, and no lab is running')
      return await withAws({}, signal, {...base, target: {name: found.name, judgement}})
    }

    const {app, endpoint} = lab
    const both = homeFirst(lab)
    return await withAws({endpoint, credentials: await labCredentials(found.lab)}, signal, {
      ...base,
      lab: true,
      app,
      regions: both,
      target: {
        name: found.name,
        judgement: targetFound(`${found.name}: ${app ?? 'nothing deployed'}, ${both.join(' and ')}`),
      },
    })
  } catch (error) {
    if (error instanceof DrError) return without(flag ?? 'lab', error)
    throw error
  }
}

async function withAws(
  access: AwsAccess,
  signal: AbortSignal,
  patient: Omit<Patient, 'checkup'>,
): Promise<OpenCheckup> {
  const [{Clients}, {AwsCheckup}] = await Promise.all([
    import('../adapters/aws/clients.js'),
    import('../adapters/aws/checkup.js'),
  ])
  const clients = new Clients(access)
  return {patient: {...patient, checkup: new AwsCheckup(clients, access, signal)}, close: () => clients.close()}
}
