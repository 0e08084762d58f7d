import {generateKeyPair} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'

import forge from 'node-forge'

import type {Pki} from './kernel.js'

const DAY_MS = 86_400_000
/** The lab lives for hours; a stolen key of a dead lab is worth nothing, and soon not even that. */
const VALID_DAYS = 30

interface Pair {
  publicKey: forge.pki.rsa.PublicKey
  privateKey: forge.pki.rsa.PrivateKey
  privatePem: string
}

/** Makes the lab's certificate authority below `folder`. Certificates are 0644, keys 0600, both PEM. */
export async function createPki(folder: string): Promise<Pki> {
  await mkdir(folder, {recursive: true, mode: 0o700})
  const authority = await rsaPair()
  const subject = [{name: 'commonName', value: 'todo-dr lab CA'}]
  const certificate = blankCertificate(authority.publicKey, subject, subject)
  certificate.setExtensions([
    {name: 'basicConstraints', cA: true, critical: true},
    {name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true},
    {name: 'subjectKeyIdentifier'},
  ])
  certificate.sign(authority.privateKey, forge.md.sha256.create())
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, forge.pki.certificateToPem(certificate))

  const issued = new Map<string, Promise<{certFile: string; keyFile: string}>>()
  const issueOnce = async (name: string, dnsNames: string[]): Promise<{certFile: string; keyFile: string}> => {
    if (!/^[\w.-]+$/.test(name)) throw new Error(`${name} cannot name a certificate's file`)
    const pair = await rsaPair()
    const server = blankCertificate(pair.publicKey, [{name: 'commonName', value: name.slice(0, 64)}], subject)
    server.setExtensions([
      {name: 'basicConstraints', cA: false, critical: true},
      {name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true},
      {name: 'extKeyUsage', serverAuth: true},
      {
        name: 'subjectAltName',
        altNames: [...dnsNames.map((value) => ({type: 2, value})), {type: 7, ip: '127.0.0.1'}],
      },
    ])
    server.sign(authority.privateKey, forge.md.sha256.create())
    const certFile = join(folder, `${name}.pem`)
    const keyFile = join(folder, `${name}.key`)
    await writeFile(certFile, forge.pki.certificateToPem(server))
    await writeFile(keyFile, pair.privatePem, {mode: 0o600})
    return {certFile, keyFile}
  }

  return {
    caFile,
    issue(name, dnsNames) {
      const id = [name, ...dnsNames].join(' ')
      const promise = issued.get(id) ?? issueOnce(name, dnsNames)
      issued.set(id, promise)
      return promise
    },
  }
}

/** OpenSSL makes the key, in a thread of its own: in JavaScript an RSA key takes seconds. */
async function rsaPair(): Promise<Pair> {
  const {publicKey, privateKey} = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: {type: 'spki', format: 'pem'},
    privateKeyEncoding: {type: 'pkcs8', format: 'pem'},
  })
  return {
    publicKey: forge.pki.publicKeyFromPem(publicKey),
    privateKey: forge.pki.privateKeyFromPem(privateKey),
    privatePem: privateKey,
  }
}

function blankCertificate(
  publicKey: forge.pki.rsa.PublicKey,
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  // 15 bytes with a leading 01: positive, and below the 20 bytes that RFC 5280 allows.
  certificate.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(15))}`
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS)
  certificate.validity.notAfter = new Date(Date.now() + VALID_DAYS * DAY_MS)
  certificate.setSubject(subject)
  certificate.setIssuer(issuer)
  return certificate
}
