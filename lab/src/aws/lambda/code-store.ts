import {join} from 'node:path'
import type {FunctionCode} from '@aws-sdk/client-lambda'

import {bytesOf} from '../../bytes.js'
import {removeFunction, TooLarge, unpackFunction, type Unpacked} from '../../data-plane/lambda/function-folder.js'
import type {Lab} from '../../kernel.js'
import {digestOf} from './configuration.js'
import {invalid} from './faults.js'

/** Archives of functions and layers, unpacked. */
export class CodeStore {
  constructor(private readonly lab: Lab) {}

  /** @throws InvalidParameterValueException; what S3 says */
  async bytes(code: FunctionCode, region: string): Promise<Uint8Array> {
    if (code.ZipFile) return code.ZipFile
    if (!code.S3Bucket || !code.S3Key) throw invalid('Please provide a source for function code.')
    const {Body} = await this.lab.call('s3', 'GetObject', {Bucket: code.S3Bucket, Key: code.S3Key}, region)
    return bytesOf(Body)
  }

  /** @throws InvalidParameterValueException where it is too large or none */
  async unpack(region: string, name: string, zip: Uint8Array): Promise<Unpacked> {
    const digest = Buffer.from(digestOf(zip), 'base64').toString('hex').slice(0, 16)
    try {
      return await unpackFunction(this.folder(region), name, digest, zip)
    } catch (error) {
      if (error instanceof TooLarge) throw invalid(error.message)
      throw invalid(
        `Could not unzip uploaded file. Please check your file, then try to upload again. (${(error as Error).message})`,
      )
    }
  }

  /** All that was unpacked under this name. */
  remove(region: string, name: string): Promise<void> {
    return removeFunction(this.folder(region), name)
  }

  private folder(region: string): string {
    return join(this.lab.folder, 'functions', region)
  }
}
