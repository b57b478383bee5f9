// A certificate for localhost and 127.0.0.1 that nobody signed but itself, in a folder of its own.
// Tests that use it need "openssl".
import { tempFolder } from "./temp.ts";

const SUBJECT = ["-subj", "/CN=Snug", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
const KIND = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];

/** The folder, and what a server needs in its environment to use it. */
export async function tempCertificate(): Promise<Certificate & AsyncDisposable> {
  const folder = await tempFolder();
  const certificate = new Certificate(folder.path);
  await certificate.renew();
  return Object.assign(certificate, folder);
}

export class Certificate {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get env() {
    return { TLS_CERT_FILE: `${this.path}/cert.pem`, TLS_KEY_FILE: `${this.path}/key.pem` };
  }

  /** Makes another one with another key, and puts it in place whole. */
  async renew(): Promise<void> {
    const { TLS_CERT_FILE, TLS_KEY_FILE } = this.env;
    const files = ["-keyout", `${TLS_KEY_FILE}.new`, "-out", `${TLS_CERT_FILE}.new`];
    const end = ["-addext", "basicConstraints=critical,CA:FALSE"];
    const args = ["req", "-x509", ...KIND, ...SUBJECT, ...end, ...files];
    const { success, stderr } = await new Deno.Command("openssl", { args }).output();
    if (!success) throw new Error(`openssl: ${new TextDecoder().decode(stderr)}`);
    await Deno.rename(`${TLS_KEY_FILE}.new`, TLS_KEY_FILE);
    await Deno.rename(`${TLS_CERT_FILE}.new`, TLS_CERT_FILE);
  }

  /** For requests by somebody who trusts the certificate of now, and no other. */
  trusting(): Deno.HttpClient {
    return Deno.createHttpClient({ caCerts: [Deno.readTextFileSync(this.env.TLS_CERT_FILE)] });
  }
}
