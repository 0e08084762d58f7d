// @peculiar/x509 needs this to be loaded first.
import 'reflect-metadata'

import {KeyObject, webcrypto} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import * as x509 from '@peculiar/x509'

import type {Pki} from './kernel.js'

const DAY_MS = 86_400_000
/** The lab lives for hours; a stolen key of a dead lab is worth nothing, and soon not even that. */
const VALID_DAYS = 30
const AUTHORITY = 'CN=todo-dr lab CA'
/** Made in less than a millisecond, where an RSA key takes a quarter of a second. RDS offers such certificates too (rds-ca-ecc384-g1). */
const KEYS = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'}

const makeKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify'])

/** Makes the lab's certificate authority below `folder`. Certificates are 0644, keys 0600, both PEM. */
export async function createPki(folder: string): Promise<Pki> {
  await mkdir(folder, {recursive: true, mode: 0o700})
  const authority = await makeKeys()
  const sign = (
    {publicKey}: webcrypto.CryptoKeyPair,
    subject: x509.X509CertificateCreateParamsName,
    extensions: x509.Extension[],
  ): Promise<x509.X509Certificate> =>
    x509.X509CertificateGenerator.create({
      publicKey,
      subject,
      issuer: AUTHORITY,
      signingKey: authority.privateKey,
      signingAlgorithm: KEYS,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + VALID_DAYS * DAY_MS),
      extensions,
    })

  const certificate = await sign(authority, AUTHORITY, [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
  ])
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, certificate.toString('pem'))

  const issued = new Map<string, Promise<{certFile: string; keyFile: string}>>()
  const issueOnce = async (name: string, dnsNames: string[]): Promise<{certFile: string; keyFile: string}> => {
    if (!/^[\w.-]+$/.test(name)) throw new Error(`${name} cannot be the name of a certificate file`)
    const keys = await makeKeys()
    const server = await sign(
      keys,
      [{CN: [name.slice(0, 64)]}],
      [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          ...dnsNames.map((value) => ({type: 'dns' as const, value})),
          {type: 'ip', value: '127.0.0.1'},
        ]),
      ],
    )
    const certFile = join(folder, `${name}.pem`)
    const keyFile = join(folder, `${name}.key`)
    await writeFile(certFile, server.toString('pem'))
    await writeFile(keyFile, KeyObject.from(keys.privateKey).export({type: 'pkcs8', format: 'pem'}), {mode: 0o600})
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
