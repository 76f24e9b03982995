// Client assertions (RFC 7523 §3), made with Node's own WebCrypto.
import { randomUUID } from "node:crypto";

export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const algorithms = {
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
  EdDSA: { key: { name: "Ed25519" }, sign: { name: "Ed25519" } },
  RS256: { key: rsa("RSASSA-PKCS1-v1_5"), sign: { name: "RSASSA-PKCS1-v1_5" } },
  PS256: { key: rsa("RSA-PSS"), sign: { name: "RSA-PSS", saltLength: 32 } },
} as const;

export type Algorithm = keyof typeof algorithms;

function rsa(name: string, modulusLength = 2048) {
  return { name, modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
}

/** A key pair of a client. */
export class ClientKey {
  private constructor(
    readonly algorithm: Algorithm,
    /** What the client publishes. */
    readonly jwk: JsonWebKey & { kid?: string },
    private readonly pair: CryptoKeyPair,
  ) {}

  static async generate(algorithm: Algorithm = "ES256", more: { kid?: string; bits?: number } = {}): Promise<ClientKey> {
    const { key } = algorithms[algorithm];
    const wanted = more.bits ? { ...key, modulusLength: more.bits } : key;
    const pair = (await crypto.subtle.generateKey(wanted, true, ["sign", "verify"])) as CryptoKeyPair;
    const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const jwk = { kty, crv, x, y, n, e, ...(more.kid && { kid: more.kid }) };
    return new ClientKey(algorithm, JSON.parse(JSON.stringify(jwk)), pair);
  }

  /** A JWT with these members changed; `undefined` leaves one out. */
  async sign(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
    const text = `${part({ alg: this.algorithm, ...header })}.${part(claims)}`;
    const signature = await crypto.subtle.sign(algorithms[this.algorithm].sign, this.pair.privateKey, Buffer.from(text));
    return `${text}.${Buffer.from(signature).toString("base64url")}`;
  }
}

export function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** The claims of an assertion that is right, with these changed. */
export function claims(clientId: string, audience: string, changed: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { iss: clientId, sub: clientId, aud: audience, iat: now, exp: now + 60, jti: randomUUID(), ...changed };
}

/** The parameters that carry an assertion. */
export function asserted(assertion: string): Record<string, string> {
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
}
