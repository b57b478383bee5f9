// The certificate of TLS in its two files: read, checked, and read again when they have changed.
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Config } from "./config.ts";
import type { KeyPair } from "./transport/transport.ts";

/** How often the files are looked at, in milliseconds. */
export const CERTIFICATE_MS = 2000;

export class CertificateFiles {
  readonly #certFile: string;
  readonly #keyFile: string;
  /** What was in the files when they were read last, or why they could not be. */
  #seen = "";

  private constructor(certFile: string, keyFile: string) {
    this.#certFile = certFile;
    this.#keyFile = keyFile;
  }

  /** None where none are set. */
  static of({ TLS_CERT_FILE, TLS_KEY_FILE }: Config): CertificateFiles | undefined {
    return TLS_CERT_FILE ? new CertificateFiles(TLS_CERT_FILE, TLS_KEY_FILE) : undefined;
  }

  /** What is in them. Throws with a sentence that names the variable and what is wrong. */
  async read(): Promise<KeyPair> {
    const pair = await this.#readFiles().catch((error: Error) => {
      this.#seen = error.message;
      throw error;
    });
    this.#seen = pair.cert + pair.key;
    this.#check(pair);
    return pair;
  }

  /** As `read`, or undefined while they are as they were; what is wrong is told once. */
  async readChanged(): Promise<KeyPair | undefined> {
    const before = this.#seen;
    try {
      const pair = await this.read();
      return this.#seen === before ? undefined : pair;
    } catch (error) {
      if (this.#seen === before) return undefined;
      throw error;
    }
  }

  async #readFiles(): Promise<KeyPair> {
    const cert = await readText("TLS_CERT_FILE", this.#certFile);
    return { cert, key: await readText("TLS_KEY_FILE", this.#keyFile) };
  }

  #check({ cert, key }: KeyPair): void {
    const certificate = parsed(() => new X509Certificate(cert));
    if (!certificate) {
      throw new Error(`TLS_CERT_FILE=${this.#certFile}: expected a certificate as PEM`);
    }
    const privateKey = parsed(() => createPrivateKey(key));
    if (!privateKey) {
      const expected = "a private key as PEM, without a password";
      throw new Error(`TLS_KEY_FILE=${this.#keyFile}: expected ${expected}`);
    }
    if (!certificate.checkPrivateKey(privateKey)) {
      throw new Error(`TLS_KEY_FILE=${this.#keyFile}: expected the key of ${this.#certFile}`);
    }
  }
}

async function readText(name: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`${name}=${path}: can't be read: ${(error as Error).message}`);
  }
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
